import { performance } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import {
  classifyDefects,
  countLabels,
  createKernels,
  createPool,
  defaultWeights,
  type FindOptions,
  type Found,
  findDefects,
  findDefectsInPool,
  loadEmbeddingNetwork,
  loadSegmenter,
  type Prepared,
  type ProgressEvent,
  prepare,
  readScan,
  runFiles,
  simulateDimerRows,
  snapToDefects,
  writeSxm,
} from '../bindings/node/index.ts';
import { bundle } from './hosts/program.ts';

/**
 * Milliseconds of each stage of the whole path, one core unless said, on a simulated scan of 512 x 512 pixels with
 * two channels: the first run in a fresh process, as the command line pays it, and the fastest of five.
 */
const RUNS = 5;
const WORKERS = 2;

const kernels = createKernels();
const simulated = simulateDimerRows(kernels, {
  rows: 512,
  columns: 512,
  widthNm: 100,
  counts: { vacancy: 120, 'dangling-bond': 80, fragment: 50 },
  seed: 7,
});
const file = writeSxm({
  ...simulated.scan,
  channels: simulated.scan.channels.map((channel) => ({ ...channel, biasV: null })),
});
const weights = defaultWeights();
const network = loadEmbeddingNetwork(kernels, weights.bytes, weights.name);
const segmenter = loadSegmenter(weights.segmenter.bytes, weights.segmenter.name);
const pool = createPool(WORKERS, pathToFileURL(await bundle('bindings/node/worker.ts', 'node')));
type Find = (prepared: Prepared) => Found | Promise<Found>;
const byNetwork: FindOptions = { method: 'network', segmenter };
const ways: Record<string, Find> = {
  network: (prepared) => findDefects(kernels, prepared, byNetwork),
  [`network, ${WORKERS} workers`]: (prepared) =>
    findDefectsInPool(pool, kernels, prepared, byNetwork),
  'k-means': (prepared) => findDefects(kernels, prepared, { method: 'pixels' }),
};
// Two of each kind: neighbours could be found as one defect, which then has two names.
const support = ['vacancy', 'dangling-bond', 'fragment'].flatMap((label) =>
  simulated.defects
    .filter(({ kind }) => kind === label)
    .slice(0, 2)
    .map(({ x, y }) => ({ x, y, label })),
);

const times = new Map<string, number[]>();
let mask: Uint8Array | undefined;
for (let run = 0; run < RUNS; run++) {
  for (const [way, find] of Object.entries(ways)) await once(way, find);
}
pool.close();

console.log('stage                     first ms   fastest ms');
for (const [stage, each] of times) {
  console.log(
    `${stage.padEnd(24)} ${each[0].toFixed(0).padStart(9)} ${Math.min(...each)
      .toFixed(0)
      .padStart(12)}`,
  );
}

async function once(way: string, find: Find): Promise<void> {
  const scan = await timed('read .sxm', () => readScan(file, 'simulated.sxm'));
  const prepared = await timed('preprocess', () =>
    prepare(kernels, scan, {}, { onProgress: perStage() }),
  );
  const found = await timed(`find: ${way}`, () => find(prepared));
  if (way.startsWith('network')) {
    mask ??= found.mask;
    if (Buffer.compare(mask, found.mask)) throw new Error(`${way}: another mask than on one core.`);
  }
  const defects = found.defects.slice(0, 250);
  const named = await timed(`embed and classify ${defects.length}`, () =>
    classifyDefects(kernels, prepared, network, defects, snapToDefects(support, prepared, found)),
  );
  await timed('tables and pictures', () =>
    runFiles({
      command: 'bench',
      options: {},
      input: { file: 'simulated.sxm', sha256: '' },
      otherInputs: [],
      scan,
      prepared,
      mask: found.mask,
      regionIds: found.regionIds,
      defects,
      labels: named.labels,
      confidence: [...named.confidence],
      classes: named.classes,
      counts: countLabels(named.labels, named.classes, prepared),
      network: { name: network.name, sha256: null },
      steps: [],
      warnings: [],
    }),
  );
}

async function timed<T>(stage: string, work: () => T | Promise<T>): Promise<T> {
  const start = performance.now();
  const result = await work();
  note(stage, performance.now() - start);
  return result;
}

/** Times from one progress event to the next, under the name of the stage that began. */
function perStage(): (event: ProgressEvent) => void {
  let stage = '';
  let start = performance.now();
  return (event) => {
    const now = performance.now();
    if (stage) note(`  ${stage}`, now - start);
    stage = event.stage;
    start = now;
  };
}

function note(stage: string, ms: number): void {
  const each = times.get(stage);
  if (each) each.push(ms);
  else times.set(stage, [ms]);
}
