// node scripts/run.mjs bench/accuracy/masks.ts: how well defects are found and outlined.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { findRegions } from '../../bindings/core/regions.ts';
import {
  createKernels,
  type FindOptions,
  type Found,
  findDefects,
  loadSegmenter,
  matchPositions,
  type Prepared,
  prepare,
  Random,
  SEGMENT_METHODS,
  type SupportPoint,
} from '../../bindings/node/index.ts';
import { type MaskCase, makeMaskCase, maskCaseNames } from './mask-cases.ts';
import { type MaskResult, maskTable } from './mask-table.ts';

const { values: given } = parseArgs({
  options: {
    surface: { type: 'string', multiple: true },
    method: { type: 'string', multiple: true },
    seeds: { type: 'string', default: '1' },
    weights: { type: 'string', default: 'models/segment.safetensors' },
    draws: { type: 'string', default: '5' },
    json: { type: 'string' },
  },
});
/** Centroids farther apart than this part of the field of view are of two defects. */
const WITHIN = 0.02;
/** Regions of a drawn mask that are smaller than this part of the median one are slips of the hand. */
const SPECK = 0.15;

const kernels = createKernels();
const { weights } = given;
const segmenter = existsSync(weights)
  ? loadSegmenter(readFileSync(weights), basename(weights))
  : undefined;
const CLICKED = 'one click per class';
const methods = [...SEGMENT_METHODS, CLICKED]
  .filter((method) => segmenter || !['auto', 'network', CLICKED].includes(method))
  .filter((method) => !given.method || given.method.some((part) => method.includes(part)));
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
  const { name, real } = each;
  for (const method of methods) {
    const start = performance.now();
    const scores =
      method === CLICKED ? clicked(prepared, each, seed) : [unlabelled(prepared, each, method)];
    const seconds = (performance.now() - start) / 1000;
    for (const score of scores) {
      results.push({ case: name, real, seed, method, ...score, seconds: seconds / scores.length });
    }
    process.stderr.write(`${name} ${seed}: ${method}, ${seconds.toFixed(1)} s\n`);
  }
}

function unlabelled(prepared: Prepared, each: MaskCase, method: string): Score {
  const options = { method, segmenter } as FindOptions;
  return score(findDefects(kernels, prepared, options), each);
}

/** Several times: one random defect of each class is clicked. */
function clicked(prepared: Prepared, each: MaskCase, seed: number): Score[] {
  const random = new Random(1000 + seed);
  const points = each.points.length > 0 ? each.points : handDrawn(each);
  const classes = [...new Set(points.map(({ label }) => label))];
  return Array.from({ length: Number(given.draws) }, () => {
    const support = classes.map((label) => {
      const own = points.filter((point) => point.label === label);
      return own[random.below(own.length)];
    });
    return score(
      findDefects(kernels, prepared, { method: 'network', segmenter, support } as FindOptions),
      each,
    );
  });
}

/** Where no classes are known, the drawn regions of about usual size are one. */
function handDrawn(each: MaskCase): SupportPoint[] {
  const { regions } = findRegions(each.mask, each.rows, each.columns);
  const areas = regions.map(({ areaPx }) => areaPx).sort((a, b) => a - b);
  const usual = areas[areas.length >> 1];
  return regions
    .filter(({ areaPx, touchesBorder }) => areaPx >= usual / 2 && !touchesBorder)
    .map(({ x, y }) => ({ x, y, label: 'defect' }));
}

type Score = Pick<MaskResult, 'dice' | 'f1' | 'precision' | 'recall'>;

function score({ mask, defects }: Found, each: MaskCase): Score {
  const within = WITHIN * Math.max(each.rows, each.columns);
  const { f1, precision, recall } = matchPositions(defects, centresOf(each), within);
  return { dice: diceOf(mask, each.mask), f1, precision, recall };
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
