import type { Kernels } from '../kernels.ts';
import type { RunOptions } from '../progress.ts';
import { buffersOf } from './buffers.ts';
import { Desk } from './desk.ts';
import { toRecord } from './errors.ts';
import type { EngineReply, EngineRequest } from './protocol.ts';
import type { NetworkName, Weights } from './types.ts';

/** The worker's side of EngineWorker. */
export interface EngineService {
  readonly network: NetworkName;
  /** The reply, and its buffers, which can move to the caller without a copy. */
  answer(
    request: EngineRequest,
    onProgress: NonNullable<RunOptions['onProgress']>,
  ): { reply: EngineReply; transfer: ArrayBuffer[] };
}

export function serveEngine(kernels: Kernels, weights?: Weights): EngineService {
  const desk = new Desk(kernels, weights);
  return {
    network: desk.networkName,
    answer(request, onProgress) {
      try {
        const result = desk.answer(request, { onProgress });
        return { reply: { result }, transfer: buffersOf(result) };
      } catch (error) {
        return { reply: { error: toRecord(error) }, transfer: [] };
      }
    },
  };
}
