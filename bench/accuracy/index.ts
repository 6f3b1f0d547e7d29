// node scripts/run.mjs bench/accuracy/index.ts: how often a defect gets its right name. With --ablation the shipped
// network with one thing left out or done in another way each, instead of other networks.
import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { parseArgs } from 'node:util';
import {
  createKernels,
  findDefects,
  loadSegmenter,
  prepare,
  runEpisodes,
} from '../../bindings/node/index.ts';
import { type Case, caseNames, makeCase } from './cases.ts';
import { ablations, type Embedder, embeddersFor } from './embedders.ts';
import { type Result, tableOf } from './table.ts';

const { values: given } = parseArgs({
  options: {
    surface: { type: 'string', multiple: true },
    weights: { type: 'string', multiple: true, default: [] },
    only: { type: 'string', multiple: true },
    shots: { type: 'string', default: '1,5' },
    ways: { type: 'string' },
    episodes: { type: 'string', default: '500' },
    seeds: { type: 'string', default: '1' },
    refine: { type: 'string', default: 'on' },
    ablation: { type: 'boolean', default: false },
    json: { type: 'string' },
  },
});
const shots = given.shots.split(',').map(Number);
if (given.ablation && given.weights.length > 0) {
  throw new Error('--ablation: is of the shipped network, and takes no --weights.');
}
const kernels = createKernels();
const segmenter = loadSegmenter(readFileSync('models/segment.safetensors'), 'segment.safetensors');
const embedders = (
  given.ablation ? ablations(kernels) : embeddersFor(kernels, given.weights)
).filter(({ name }) => !given.only || given.only.some((part) => name.includes(part)));

const results: Result[] = [];
for (const name of given.surface ?? caseNames) {
  for (const seed of given.seeds.split(',').map(Number)) {
    const each = makeCase(kernels, name, seed);
    if (!each) console.error(`${name}: skipped: no shared data`);
    else if (!each.real || seed === Number(given.seeds.split(',')[0])) measure(each, seed);
  }
}
console.log(tableOf(results, shots));
if (given.json) writeFileSync(given.json, `${JSON.stringify(results, null, 2)}\n`);

/** Every embedding on one scan, with all its candidates known as they are when a scan is named. */
function measure({ name, real, scan, points }: Case, seed: number): void {
  const prepared = prepare(kernels, scan);
  const candidates = findDefects(kernels, prepared, { segmenter }).defects;
  for (const embedder of embedders) {
    const start = performance.now();
    const all = embedder.embed(prepared, [...points, ...candidates], points.length);
    for (const k of shots) results.push({ case: name, real, seed, ...score(embedder, all, k) });
    const seconds = (performance.now() - start) / 1000;
    process.stderr.write(`${name} ${seed}: ${embedder.name}, ${seconds.toFixed(1)} s\n`);
  }

  function score(
    embedder: Embedder,
    { embeddings, dimension, beside, parts }: ReturnType<Embedder['embed']>,
    k: number,
  ) {
    const classes = [...new Set(points.map(({ label }) => label))];
    const { mean, interval, calibrationError, nWay } = runEpisodes(
      kernels,
      'prototypical',
      embeddings.subarray(0, points.length * dimension),
      dimension,
      Int32Array.from(points, ({ label }) => classes.indexOf(label)),
      {
        shots: k,
        episodes: Number(given.episodes),
        classes,
        beside,
        parts,
        ...(embedder.alone || given.refine === 'off'
          ? {}
          : { unlabelled: embeddings.subarray(points.length * dimension) }),
        ...(given.ways ? { nWay: Math.min(Number(given.ways), classes.length) } : {}),
      },
    );
    return { embedding: embedder.name, shots: k, nWay, mean, interval, calibrationError };
  }
}
