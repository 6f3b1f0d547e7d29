/**
 * What a person waits for in a browser, in headless Chromium: node scripts/run.mjs bench/web/index.ts,
 * after npm run build. Simulated scans of 512², 1024² and 2048² pixels; `--large` adds one of 4096²,
 * `--side N` measures one alone.
 */
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { createKernels, simulateDimerRows, writeSxm } from '../../bindings/node/index.ts';
import { bundle, type Site, STRICT, serve, withPage } from '../../test/web/site.ts';
import { summary } from '../time.ts';
import type { SegmentTimes } from './page.ts';

const CLICKS = 40;
/** Between one label's answer and the next label, ms: as fast as the engine answers, and as a person clicks. */
const PACES = [
  { pauseMs: 0, name: 'at once' },
  { pauseMs: 300, name: "at a person's pace" },
];
/** The first two have about 100 and 1000 defects to click on. */
const ALL = [
  { side: 512, defects: 100 },
  { side: 1024, defects: 1000 },
  { side: 2048, defects: 1000 },
  { side: 4096, defects: 1000 },
];
const LARGE = 4096;

const { values: given } = parseArgs({
  options: { large: { type: 'boolean', default: false }, side: { type: 'string' } },
});
const SCANS = ALL.filter(({ side }) =>
  given.side ? String(side) === given.side : side < LARGE || given.large,
);
if (SCANS.length === 0) {
  const sides = ALL.map(({ side }) => side).join(', ');
  throw new Error(`--side: expected one of ${sides}, got ${given.side}.`);
}

function simulated(side: number, defects: number): Uint8Array {
  const part = (of: number) => Math.round(defects * of);
  const { scan } = simulateDimerRows(createKernels(), {
    rows: side,
    columns: side,
    widthNm: side * 0.18,
    counts: { vacancy: part(0.5), 'dangling-bond': part(0.3), fragment: part(0.2) },
    seed: 7,
  });
  const channels = scan.channels.map((channel) => ({ ...channel, biasV: null }));
  return writeSxm({ ...scan, channels });
}

async function measure(site: Site): Promise<void> {
  console.log('scan      to mask  embedded  defects  worker MB  longest task reading / segmenting');
  for (const { side } of SCANS) {
    await withPage(`${site.origin}/index.html`, [site.origin], async (page, complaints) => {
      page.setDefaultTimeout(600_000);
      await page.locator('#done').waitFor({ state: 'attached' });
      const path = `/scan-${side}.sxm`;
      const times: SegmentTimes = await page.evaluate((of) => window.bench.segment(of), path);
      const task = (ms: number) => (ms === 0 ? '< 50' : ms.toFixed(0));
      console.log(
        [
          `${side}²`.padEnd(9),
          `${(times.toMask / 1000).toFixed(2)} s`.padStart(8),
          `${(times.toEmbeddings / 1000).toFixed(2)} s`.padStart(9),
          String(times.defects).padStart(8),
          (times.memory / 2 ** 20).toFixed(0).padStart(10),
          `${task(times.longestReading)} / ${task(times.longestSegmenting)} ms`.padStart(20),
        ].join(' '),
      );
      if (side <= 1024) {
        for (const { pauseMs, name } of PACES) {
          const { defects, latencies } = await page.evaluate(
            ([n, pause]) => window.bench.clicks(n, pause),
            [CLICKS, pauseMs],
          );
          const sorted = [...latencies].sort((a, b) => a - b);
          const p95 = sorted[Math.floor(0.95 * sorted.length)];
          console.log(
            `  click to labels, ${defects} defects, ${name}: median ${summary(latencies).median.toFixed(0)} ms, p95 ${p95.toFixed(0)} ms`,
          );
        }
      }
      if (complaints.length > 0) console.log(complaints.join('\n'));
    });
  }
}

function sizes(): void {
  const kib = (bytes: number) => `${(bytes / 1024).toFixed(0)} KiB`;
  for (const file of [
    'dist/web/index.js',
    'dist/web/worker.js',
    'dist/web/viewer.js',
    'dist/adatom.wasm',
    'models/adatom.safetensors',
    'models/segment.safetensors',
    'dist/adatom.html',
  ]) {
    const bytes = readFileSync(file);
    const packed = gzipSync(bytes, { level: 9 });
    console.log(
      `${file.padEnd(28)} ${kib(bytes.length).padStart(9)} ${kib(packed.length).padStart(9)} gzip`,
    );
  }
}

console.log(`${cpus()[0].model}, ${cpus().length} cores, Node ${process.version}`);
sizes();
const files = await bundle('bench/web/page.ts');
files.set(
  '/index.html',
  '<!doctype html><meta charset="utf-8"><body><adatom-viewer></adatom-viewer><script type="module" src="/page.js"></script>',
);
for (const { side, defects } of SCANS) files.set(`/scan-${side}.sxm`, simulated(side, defects));
const site = await serve(files, { 'Content-Security-Policy': STRICT });
try {
  await measure(site);
} finally {
  site.close();
}
