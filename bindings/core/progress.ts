import { CancelledError } from './errors.ts';

/** What a long operation tells its caller: which stage, how far (0..1). ETA is the host's to compute: core has no clock. */
export interface ProgressEvent {
  stage: string;
  fraction: number;
}

/** The part of the DOM's AbortSignal that core needs. */
export interface Abortable {
  readonly aborted: boolean;
}

export interface RunOptions {
  onProgress?: (event: ProgressEvent) => void;
  signal?: Abortable;
}

/** Report progress and stop if the caller cancelled. Call between units of work. */
export function checkpoint(run: RunOptions | undefined, stage: string, fraction: number): void {
  if (run?.signal?.aborted) throw new CancelledError();
  run?.onProgress?.({ stage, fraction });
}
