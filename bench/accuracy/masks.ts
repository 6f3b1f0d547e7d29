// node scripts/run.mjs bench/accuracy/masks.ts: how well defects are found and outlined.
import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { findRegions } from '../../bindings/core/regions.ts';
import {
  createKernels,
  type FindOptions,
  findDefects,
  matchPositions,
  prepare,
  SEGMENT_METHODS,
} from '../../bindings/node/index.ts';
import { type MaskCase, makeMaskCase, maskCaseNames } from './mask-cases.ts';
import { type MaskResult, maskTable } from './mask-table.ts';

const { values: given } = parseArgs({
  options: {
    surface: { type: 'string', multiple: true },
    method: { type: 'string', multiple: true },
    seeds: { type: 'string', default: '1' },
    json: { type: 'string' },
  },
});
/** Centroids farther apart than this part of the field of view are of two defects. */
const WITHIN = 0.02;
/** Regions of a drawn mask that are smaller than this part of the median one are slips of the hand. */
const SPECK = 0.15;

const kernels = createKernels();
const methods = SEGMENT_METHODS.filter((method) => !given.method || given.method.includes(method));
const seeds = given.seeds.split(',').map(Number);
const results: MaskResult[] = [];
for (const name of given.surface ?? maskCaseNames) {
  for (const seed of seeds) {
    const each = makeMaskCase(kernels, name, seed);
    if (!each) console.error(`${name}: skipped: no shared data`);
    else if (!each.real || seed === seeds[0]) measure(each, seed);
  }
}
console.log(maskTable(results));
if (given.json) writeFileSync(given.json, `${JSON.stringify(results, null, 2)}\n`);

function measure(each: MaskCase, seed: number): void {
  const prepared = prepare(kernels, each.scan);
  for (const method of methods) {
    const start = performance.now();
    const options: FindOptions = { method };
    const { mask, defects } = findDefects(kernels, prepared, options);
    const seconds = (performance.now() - start) / 1000;
    const within = WITHIN * Math.max(each.rows, each.columns);
    const { f1, precision, recall } = matchPositions(defects, centresOf(each), within);
    const { name, real } = each;
    const dice = diceOf(mask, each.mask);
    results.push({ case: name, real, seed, method, dice, f1, precision, recall, seconds });
    process.stderr.write(`${name} ${seed}: ${method}, ${seconds.toFixed(1)} s\n`);
  }
}

function centresOf({ centres, mask, rows, columns }: MaskCase): { x: number; y: number }[] {
  if (centres) return centres;
  const { regions } = findRegions(mask, rows, columns);
  const areas = regions.map(({ areaPx }) => areaPx).sort((a, b) => a - b);
  return regions.filter(({ areaPx }) => areaPx >= SPECK * areas[areas.length >> 1]);
}

/** 2 |A and B| / (|A| + |B|). */
function diceOf(found: Uint8Array, truth: Uint8Array): number {
  let both = 0;
  let sum = 0;
  for (let i = 0; i < found.length; i++) {
    both += found[i] & truth[i];
    sum += found[i] + truth[i];
  }
  return sum === 0 ? 1 : (2 * both) / sum;
}
