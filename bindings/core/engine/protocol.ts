import type { SizedPoint } from '../crop.ts';
import type { EmbedOptions } from '../embed-points.ts';
import type { FindOptions, PrepareOptions } from '../pipeline.ts';
import type { ProgressEvent } from '../progress.ts';
import type { ErrorRecord } from './errors.ts';
import type { Port } from './search-workers.ts';
import type {
  CallOptions,
  ClassifyCall,
  FilesCall,
  LabelledPoint,
  NamedBytes,
  NetworkName,
  OpenOptions,
} from './types.ts';

/** What an engine asks of the place where it computes: plain data that structured clone can carry. */
export type EngineRequest =
  | { ask: 'network'; file: NamedBytes }
  | { ask: 'open'; scan: number; file: NamedBytes; options: OpenOptions }
  | { ask: 'channelPixels'; scan: number; channel: number }
  | { ask: 'prepare'; scan: number; options: PrepareOptions }
  | { ask: 'levelledPlane'; scan: number; index: number }
  | { ask: 'find'; scan: number; options: FindOptions }
  | { ask: 'embed'; scan: number; points: readonly SizedPoint[]; options: EmbedOptions }
  | { ask: 'embeddings'; scan: number }
  | { ask: 'principalPlane'; scan: number }
  | { ask: 'classify'; scan: number; examples: readonly LabelledPoint[]; options: ClassifyCall }
  | {
      ask: 'count';
      scan: number;
      labels: readonly string[];
      classes: readonly string[];
      searchedFraction: number | undefined;
    }
  | { ask: 'files'; scan: number; result: FilesCall }
  | { ask: 'close'; scan: number }
  | { ask: 'memory' };

/** Requests that take no longer than stopping and restarting a worker would. */
export const BRIEF: ReadonlySet<EngineRequest['ask']> = new Set([
  'channelPixels',
  'levelledPlane',
  'embeddings',
  'principalPlane',
  'classify',
  'count',
  'close',
  'memory',
  // short, and to be the same for all workers
  'network',
]);

/** Where requests are answered, one after the other, in the order in which they were asked. */
export interface Place {
  /** The network that it starts with; rejects when it cannot start. */
  start(): Promise<NetworkName>;
  /** Rejects with what the pipeline throws, and with CancelledError after stop(). */
  ask(request: EngineRequest, call?: CallOptions): Promise<unknown>;
  /** Bytes of the files that are kept to read them again. */
  readonly fileBytes: number;
  /** Stop whatever is running and give the memory back. */
  stop(): void;
}

/** A worker's answer. */
export type EngineReply = { result: unknown } | { error: ErrorRecord };

/** A worker as an engine sees it; it is asked one thing at a time. */
export interface EngineWorker {
  /** The network that it starts with; rejects when it cannot start. */
  readonly started: Promise<NetworkName>;
  /** Rejects when the worker itself fails; what the pipeline throws comes as `error`. */
  ask(request: EngineRequest, onProgress: (event: ProgressEvent) => void): Promise<EngineReply>;
  /** Share its searches with who answers at the other ends, from now on; with nobody where there are none. */
  share?(ports: readonly Port[]): void;
  /** Stop at once, whatever is running. */
  terminate(): void;
}
