// What runs in the page: called by bench/web/index.ts through window.bench.
import type { AdatomViewer, Workbench } from '../../bindings/web/viewer/index.ts';

export interface Bench {
  /** Milliseconds from the file to the mask, and to the embeddings. */
  segment(path: string): Promise<SegmentTimes>;
  /** Milliseconds from each of so many labels, each so long after the one before, to the new names; how many defects there were. */
  clicks(count: number, pauseMs: number): Promise<{ defects: number; latencies: number[] }>;
}

export interface SegmentTimes {
  toMask: number;
  toEmbeddings: number;
  defects: number;
  /** The longest tasks of the page's own thread while it was read and while it was searched, 0 for less than 50 ms. */
  longestReading: number;
  longestSegmenting: number;
  /** Bytes of WebAssembly memory, arrays and file, in the worker. */
  memory: number;
}

declare global {
  interface Window {
    bench: Bench;
  }
}

const entry = '/dist/web/viewer.js';
await import(entry);
const viewer = document.querySelector('adatom-viewer') as AdatomViewer;

let longest = 0;
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) longest = Math.max(longest, duration);
}).observe({ type: 'longtask' });

/** The longest task of the time from the last call to this one. */
async function longestTask(): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, 300));
  const found = longest;
  longest = 0;
  return found;
}

window.bench = {
  async segment(path) {
    const bytes = new Uint8Array(await (await fetch(path)).arrayBuffer());
    await viewer.startedEngine();
    await longestTask();
    let masked = 0;
    viewer.addEventListener('adatom-segment', () => {
      masked ||= performance.now();
    });
    const begun = performance.now();
    const bench: Workbench = await viewer.load({ name: 'bench.sxm', bytes });
    const read = performance.now();
    const longestReading = await longestTask();
    const again = performance.now();
    const { defects } = await viewer.segment();
    const ended = performance.now();
    const longestSegmenting = await longestTask();
    const { wasmReserved, scans, files } = await bench.engine.memory();
    return {
      toMask: read - begun + masked - again,
      toEmbeddings: read - begun + ended - again,
      defects: defects.length,
      longestReading,
      longestSegmenting,
      memory: wasmReserved + scans + files,
    };
  },

  async clicks(count, pauseMs) {
    const bench = viewer.workbench!;
    const { defects } = bench.candidates;
    const latencies: number[] = [];
    const first = bench.labelling.labels.length;
    for (let i = first; i < first + count; i++) {
      const { x, y } = defects[(i * 7) % defects.length];
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      await viewer.label([{ x, y }], ['a', 'b', 'c'][i % 3]);
      latencies.push(bench.lastLatencyMs);
    }
    return { defects: defects.length, latencies };
  },
};
document.body.id = 'done';
