import { CancelledError } from '../errors.ts';
import type { Kernels } from '../kernels.ts';
import { Desk } from './desk.ts';
import type { EngineRequest, Place } from './protocol.ts';
import type { CallOptions, NetworkName, Weights } from './types.ts';

/** The calling thread. A call under way is cancelled between units of work, from its onProgress. */
export class DirectPlace implements Place {
  readonly fileBytes = 0;
  private readonly createKernels: () => Kernels | Promise<Kernels>;
  private readonly weights: Weights | undefined;
  private desk: Desk | undefined;

  constructor(createKernels: () => Kernels | Promise<Kernels>, weights?: Weights) {
    this.createKernels = createKernels;
    this.weights = weights;
  }

  async start(): Promise<NetworkName> {
    this.desk = new Desk(await this.createKernels(), this.weights);
    return this.desk.networkName;
  }

  async ask(request: EngineRequest, { signal, onProgress }: CallOptions = {}): Promise<unknown> {
    // A moment later, so that a call can be cancelled after others were made.
    await Promise.resolve();
    if (!this.desk || signal?.aborted) throw new CancelledError();
    const result = await this.desk.answer(request, {
      ...(signal ? { signal } : {}),
      ...(onProgress ? { onProgress } : {}),
    });
    if (!this.desk) throw new CancelledError();
    return result;
  }

  stop(): void {
    this.desk = undefined;
  }
}
