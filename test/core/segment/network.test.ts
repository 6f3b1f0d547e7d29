import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { toScan } from '../../../bench/accuracy/scans.ts';
import { WeightsError } from '../../../bindings/core/errors.ts';
import { NOT_A_DEFECT } from '../../../bindings/core/label-words.ts';
import { matchPositions } from '../../../bindings/core/matching.ts';
import { asMeasured, findDefects, prepare } from '../../../bindings/core/pipeline.ts';
import type { ProgressEvent } from '../../../bindings/core/progress.ts';
import { findRegions } from '../../../bindings/core/regions.ts';
import { makeChannel } from '../../../bindings/core/scan.ts';
import { segment } from '../../../bindings/core/segment/index.ts';
import { MASKS } from '../../../bindings/core/segment/masks.ts';
import { PLANES } from '../../../bindings/core/segment/network-planes.ts';
import { simulateScene } from '../../../bindings/core/simulate/scene.ts';
import { loadSegmenter } from '../../../bindings/core/train/load-segmenter.ts';
import {
  freshState,
  planNetwork,
  stateTensors,
  unetSpec,
} from '../../../bindings/core/train/trainer.ts';
import { writeSafetensors } from '../../../bindings/core/weights/safetensors.ts';
import { createKernels } from '../../../bindings/node/instantiate.ts';
import { corrugation, grains, type Height, picture, polar } from '../lattice/pictures.ts';
import { makeLevelled, makeScene } from './scene.ts';

const kernels = createKernels();
const file = new Uint8Array(readFileSync('models/segment.safetensors'));
const segmenter = loadSegmenter(file, 'segment.safetensors');
const ROWS = 192;
const COLUMNS = 208;

/** A noisy lattice with bright and dark defects, and the middle of each true region. */
function scene(heights: number[], seed = 3) {
  const { levelled, truth } = makeScene({ rows: ROWS, columns: COLUMNS, heights, seed });
  return { levelled, truth, centres: findRegions(truth, ROWS, COLUMNS, { minArea: 8 }).regions };
}

/** Share of a mask's regions of which another mask holds a pixel. */
function shareTouched(mask: Uint8Array, other: Uint8Array): number {
  const { labels, regions } = findRegions(mask, ROWS, COLUMNS, { minArea: 8 });
  const touched = new Set(labels.filter((id, i) => id > 0 && other[i]));
  return touched.size / regions.length;
}

describe('the segmentation network', () => {
  it.each([
    ['bright', [5]],
    ['dark', [-5]],
    ['bright and dark', [6, -4]],
  ])('finds %s defects without a label', (_, heights) => {
    const { levelled, truth } = scene(heights);
    const { mask, method } = segment(kernels, levelled, { segmenter });
    expect(method).toBe('network');
    expect(shareTouched(truth, mask)).toBeGreaterThan(0.9);
    expect(shareTouched(mask, truth)).toBeGreaterThan(0.9);
  });

  it('looks closer where hum was taken for wider rows', () => {
    const side = 512;
    const scene = simulateScene(kernels, {
      surface: 'ge001',
      seed: 77_000_001,
      rows: side,
      columns: side,
      pixelNm: 50 / side,
    });
    const prepared = prepare(kernels, toScan({ ...scene, name: 'ge001' }));
    // Stripes of hum 23 px apart; the rows are 8 px apart.
    expect(prepared.levelled.rowSpacingPx).toBeGreaterThan(20);
    const { defects } = findDefects(kernels, prepared, { segmenter });
    expect(matchPositions(defects, scene.defects, 0.02 * side).f1).toBeGreaterThan(0.9);
  });

  it.each(['features', 'upsampled'] as const)('is what k-means by %s works on', (method) => {
    const { levelled, truth } = scene([6, -4]);
    const { mask, steps, clusters } = segment(kernels, levelled, { method, segmenter });
    expect(steps[0]).toMatchObject({ method, network: segmenter.name });
    expect(clusters.some(({ isDefect, why }) => isDefect && why !== '')).toBe(true);
    expect(shareTouched(truth, mask)).toBeGreaterThan(0.9);
    expect(shareTouched(mask, truth)).toBeGreaterThan(0.9);
    const { used } = kernels.memory();
    const again = segment(kernels, levelled, { method, segmenter, tile: 64 });
    expect(again.clusterMap).toEqual(segment(kernels, levelled, { method, segmenter }).clusterMap);
    expect(kernels.memory().used).toBe(used);
    const bare = segment(kernels, makeScene({ rows: ROWS, columns: COLUMNS }).levelled, {
      method,
      segmenter,
    });
    expect(bare.mask.reduce((sum, value) => sum + value, 0)).toBeLessThan(0.002 * ROWS * COLUMNS);
  });

  it('does not know units: heights and pixels in other ones give the same mask', () => {
    const { levelled } = scene([5]);
    const { mask } = segment(kernels, levelled, { segmenter });
    const planes = levelled.planes.map((plane) => plane.map((height) => 1024 * height));
    const other = segment(kernels, { ...levelled, planes }, { segmenter }).mask;
    expect(other.findIndex((value, i) => value !== mask[i])).toBe(-1);
  });

  it('says what it did and how sure it is', () => {
    const { levelled } = scene([5]);
    const { confidence, steps } = segment(kernels, levelled, { segmenter });
    expect(confidence).toBeGreaterThan(0.5);
    expect(confidence).toBeLessThanOrEqual(1);
    expect(steps[0]).toMatchObject({ method: 'network', sha256: segmenter.sha256, clicks: 0 });
  });

  it('says where no rows show, and of a scan full of rows nothing', () => {
    const rows = corrugation(polar(4, 31), polar(6, 121), [[1, 0, 1]]);
    const size = 256;
    const warningsOf = (height: Height) => {
      const { planes } = picture(size, size, [height], 0.4);
      const levelled = { ...makeLevelled([...planes], size, size), rowSpacingPx: 6 };
      return segment(kernels, levelled, { segmenter, method: 'network' }).warnings;
    };
    expect(warningsOf(rows)).toEqual([]);
    const isBlunt = (x: number) => x < 0.35 * size;
    const warnings = warningsOf((x, y) => (isBlunt(x) ? grains(x, y) : rows(x, y)));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(
      /^No rows show in the left part of the scan \([23]\d % of what was measured\), .*\.$/,
    );
  });

  it('gives the same mask for every tile', () => {
    const { levelled } = scene([5, -4]);
    const [whole, ...others] = [1024, 128, 256].map(
      (tile) => segment(kernels, levelled, { segmenter, method: 'network', tile }).mask,
    );
    for (const mask of others) {
      expect(mask.findIndex((value, i) => value !== whole[i])).toBe(-1);
    }
  });

  it('leaves k-means to who asks for clusters, and to who has no network', () => {
    const { levelled } = scene([5]);
    expect(segment(kernels, levelled, { segmenter, k: 4 }).method).toBe('pixels');
    expect(segment(kernels, levelled).method).toBe('pixels');
    expect(() => segment(kernels, levelled, { method: 'network' })).toThrow('segmentation network');
  });

  it('refuses weights of another network', () => {
    const naming = new Uint8Array(readFileSync('models/adatom.safetensors'));
    expect(() => loadSegmenter(naming, 'adatom.safetensors')).toThrow(WeightsError);
  });
});

test('a network of other masks is refused by name', () => {
  const spec = unetSpec(PLANES, MASKS.length - 1, [4, 4, 4, 4]);
  const plan = planNetwork(spec);
  const tensors = stateTensors(plan, freshState(plan, 1));
  const bytes = writeSafetensors(tensors, { task: 'segment', network: JSON.stringify(spec) });
  expect(() => loadSegmenter(bytes, 'old.safetensors')).toThrow(
    /old\.safetensors: expected a network of 2 planes and 5 masks, found one of 2 and 4/,
  );
});

describe('clicks', () => {
  const { levelled, centres } = scene([6, -4]);
  const heights = levelled.planes[0];
  const bright = centres.filter(({ x, y }) => heightAt(x, y) > 0);
  const dark = centres.filter(({ x, y }) => heightAt(x, y) < 0);
  const prepared = prepare(
    kernels,
    {
      name: 'scene',
      format: 'simulated',
      channels: [makeChannel('Z', heights, ROWS, COLUMNS, { unit: 'nm' })],
      header: {},
      warnings: [],
    },
    asMeasured,
  );

  function heightAt(x: number, y: number): number {
    return heights[Math.round(y) * COLUMNS + Math.round(x)];
  }

  function sharesFound(support: { x: number; y: number; label: string }[]) {
    const { mask } = findDefects(kernels, prepared, { segmenter, support });
    const share = (of: typeof centres) =>
      of.filter(({ x, y }) => mask[Math.round(y) * COLUMNS + Math.round(x)]).length / of.length;
    return [share(bright), share(dark)];
  }

  it('on a bright defect, and a dark one that is none, leave the bright ones', () => {
    const [brightFound, darkFound] = sharesFound([
      { x: bright[0].x, y: bright[0].y, label: 'adatom' },
      { x: dark[0].x, y: dark[0].y, label: NOT_A_DEFECT },
    ]);
    expect(brightFound).toBeGreaterThan(0.75);
    expect(darkFound).toBeLessThan(0.3);
  });

  it('on bright defects alone leave the dark ones out, and say how many', () => {
    const [{ x, y }] = bright;
    const find = (support: { x: number; y: number; label: string }[], of = prepared) =>
      findDefects(kernels, of, { segmenter, support });
    const adatom = { x, y, label: 'adatom' };
    const vacancy = { x: dark[0].x, y: dark[0].y, label: 'vacancy' };
    const all = find([adatom, vacancy]);
    expect(all.warnings).toEqual([]);
    const some = find([adatom]);
    const [, told] = /^Left out: (\d+) dark\. No example is dark/.exec(some.warnings.join())!;
    expect(Number(told)).toBe(all.defects.length - some.defects.length);
    expect(find([adatom, { ...vacancy, label: NOT_A_DEFECT }]).warnings).toEqual([]);
  });

  it('on bright defects of a scan without dark ones leave nothing out', () => {
    const { levelled: alone, centres: places } = scene([6]);
    const [pixels] = alone.planes;
    const channels = [makeChannel('Z', pixels, ROWS, COLUMNS, { unit: 'nm' })];
    const bare = { name: 'scene', format: 'simulated', channels, header: {}, warnings: [] };
    const support = [{ x: places[0].x, y: places[0].y, label: 'adatom' }];
    const of = prepare(kernels, bare, asMeasured);
    expect(findDefects(kernels, of, { segmenter, support }).warnings).toEqual([]);
  });

  it('outside the scan are refused', () => {
    expect(() => sharesFound([{ x: 500, y: 3, label: 'adatom' }])).toThrow('outside');
  });
});

test('an unsure network compares guesses on a part of a large scan, and answers for all of it', () => {
  const [rows, columns] = [96, 1400];
  const { levelled } = makeScene({ rows, columns, heights: [5] });
  const { weights, bias } = segmenter.head;
  const head = {
    ...segmenter.head,
    weights: weights.map((weight) => 0.2 * weight),
    bias: bias!.map((value) => 0.2 * value),
  };
  let looks = 0;
  const onProgress = ({ stage, fraction }: ProgressEvent) => {
    if (stage === 'segment: network' && fraction === 0) looks++;
  };
  const options = { segmenter: { ...segmenter, head }, method: 'network' } as const;
  const { mask, confidence } = segment(kernels, levelled, options, { onProgress });
  expect(confidence).toBeLessThan(0.65);
  // The whole with the first guess, then a part of it with this one and with another.
  expect(looks).toBeGreaterThan(2);
  expect(mask).toHaveLength(rows * columns);
  // No part of 1024 columns holds both of these.
  const within = (left: number, right: number) =>
    mask.some((value, i) => value && i % columns >= left && i % columns < right);
  expect(within(0, 370)).toBe(true);
  expect(within(1030, columns)).toBe(true);
});
