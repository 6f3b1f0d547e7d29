import type { EngineRequest } from './protocol.ts';

/** A scan's state grows in this order; each step forgets those after it. */
const STEPS = ['open', 'prepare', 'embed'] as const;
type Step = (typeof STEPS)[number];
type StepRequest = Extract<EngineRequest, { ask: Step }>;

/** How many of a scan's steps a request needs to have been taken. */
const NEEDS: Record<Exclude<EngineRequest, { ask: 'network' | 'memory' }>['ask'], number> = {
  open: 0,
  close: 0,
  channelPixels: 1,
  prepare: 1,
  levelledPlane: 2,
  find: 2,
  embed: 2,
  count: 2,
  files: 2,
  embeddings: 3,
  principalPlane: 3,
  classify: 3,
};

interface Entry {
  /** The requests that succeeded, in the order of STEPS. */
  steps: StepRequest[];
  /** How many of them the present worker has carried out. */
  taken: number;
}

/**
 * What a worker was made to hold, as the requests that did it: after a worker was stopped, another
 * is brought to the same state, by as few of them as the next request needs. Results are
 * deterministic, so that the state is the same to the last bit.
 */
export class Journal {
  private readonly scans = new Map<number, Entry>();
  private network: { request: EngineRequest; taken: boolean } | undefined;

  /** What has to be asked again before this request. */
  missing(request: EngineRequest): EngineRequest[] {
    const network = this.network && !this.network.taken ? [this.network.request] : [];
    if (!('scan' in request)) return network;
    const entry = this.scans.get(request.scan);
    return entry ? [...network, ...entry.steps.slice(entry.taken, NEEDS[request.ask])] : network;
  }

  /** The worker carried a missing request out again. */
  repeated(request: EngineRequest): void {
    if (request.ask === 'network' && this.network) this.network.taken = true;
    else if ('scan' in request) this.scans.get(request.scan)!.taken++;
  }

  /** The worker carried a new request out. */
  done(request: EngineRequest): void {
    if (request.ask === 'network') {
      this.network = { request, taken: true };
      // embeddings of another network are forgotten
      for (const entry of this.scans.values()) truncate(entry, STEPS.indexOf('embed'));
    } else if (request.ask === 'close') {
      this.scans.delete(request.scan);
    } else if (isStep(request)) {
      const entry = this.scans.get(request.scan) ?? { steps: [], taken: 0 };
      truncate(entry, STEPS.indexOf(request.ask));
      entry.steps.push(request);
      entry.taken = entry.steps.length;
      this.scans.set(request.scan, entry);
    }
  }

  /** The worker is gone; the next one holds nothing. */
  lost(): void {
    if (this.network) this.network.taken = false;
    for (const entry of this.scans.values()) entry.taken = 0;
  }

  /** Bytes of the files of the open scans, which belong to the caller. */
  get fileBytes(): number {
    let bytes = 0;
    for (const { steps } of this.scans.values()) {
      const [open] = steps;
      if (open.ask !== 'open') continue;
      const files = [open.file, ...(open.options.companions ?? [])];
      bytes += files.reduce((sum, file) => sum + file.bytes.length, 0);
    }
    return bytes;
  }
}

function isStep(request: EngineRequest): request is StepRequest {
  return (STEPS as readonly string[]).includes(request.ask);
}

function truncate(entry: Entry, length: number): void {
  entry.steps.length = Math.min(entry.steps.length, length);
  entry.taken = Math.min(entry.taken, entry.steps.length);
}
