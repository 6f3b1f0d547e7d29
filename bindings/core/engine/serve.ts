import type { Kernels } from '../kernels.ts';
import { Pool } from '../pool.ts';
import type { RunOptions } from '../progress.ts';
import { buffersOf } from './buffers.ts';
import { Desk } from './desk.ts';
import { toRecord } from './errors.ts';
import type { EngineReply, EngineRequest } from './protocol.ts';
import { type Port, portWorker } from './search-workers.ts';
import type { NetworkName, Weights } from './types.ts';

/** The worker's side of EngineWorker. */
export interface EngineService {
  readonly network: NetworkName;
  /** The reply, and its buffers, which can move to the caller without a copy. */
  answer(
    request: EngineRequest,
    onProgress: NonNullable<RunOptions['onProgress']>,
  ): Promise<{ reply: EngineReply; transfer: ArrayBuffer[] }>;
  /** Share searches with who answers at the other ends, from now on; with nobody where there are none. */
  share(ports: readonly Port[]): void;
}

export function serveEngine(kernels: Kernels, weights?: Weights): EngineService {
  const desk = new Desk(kernels, weights);
  return {
    network: desk.networkName,
    async answer(request, onProgress) {
      try {
        const result = await desk.answer(request, { onProgress });
        return { reply: { result }, transfer: buffersOf(result) };
      } catch (error) {
        return { reply: { error: toRecord(error) }, transfer: [] };
      }
    },
    share(ports) {
      desk.pool = ports.length > 0 ? new Pool(ports.map(portWorker)) : undefined;
    },
  };
}
