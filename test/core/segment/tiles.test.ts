import { describe, expect, it } from 'vitest';
import { CancelledError } from '../../../bindings/core/errors.ts';
import { removeLattice } from '../../../bindings/core/lattice/remove.ts';
import { Pool, type PoolReply, type PoolWorker, serve } from '../../../bindings/core/pool.ts';
import { ANSWERS, logOddsOf } from '../../../bindings/core/segment/answers.ts';
import { answerHere, answerInPool } from '../../../bindings/core/segment/asking.ts';
import { askField, computeField } from '../../../bindings/core/segment/field.ts';
import { MASKS } from '../../../bindings/core/segment/masks.ts';
import { PLANES } from '../../../bindings/core/segment/network-planes.ts';
import type { Segmenter } from '../../../bindings/core/segment/segmenter.ts';
import { cutTile, joinTile, layTiles, type Tiles } from '../../../bindings/core/segment/tiles.ts';
import {
  freshState,
  inferenceLayers,
  planNetwork,
  unetSpec,
} from '../../../bindings/core/train/trainer.ts';
import { createKernels } from '../../../bindings/node/instantiate.ts';
import { values } from '../../kernels/guarded.ts';
import { makeScene } from './scene.ts';

const kernels = createKernels();
const plan = planNetwork(unetSpec(PLANES, MASKS.length));
const layers = inferenceLayers(plan, freshState(plan, 7));
const segmenter: Segmenter = {
  name: 'untrained',
  sha256: '',
  trunk: layers.slice(0, -1),
  head: layers[layers.length - 1] as Segmenter['head'],
};
const TILES = [128, 160, 256, 512];

/** All tiles of an image, (n, channels, tile rows, tile columns). */
function cutAll(
  planes: Float32Array,
  channels: number,
  rows: number,
  columns: number,
  tile: number,
) {
  const tiles = layTiles(rows, columns, tile);
  const size = channels * tiles.rows * tiles.columns;
  const all = new Float32Array(tiles.places.length * size);
  tiles.places.forEach((place, i) => {
    const out = all.subarray(i * size, (i + 1) * size);
    cutTile(planes, channels, rows, columns, tiles, place, out);
  });
  return { ...tiles, n: tiles.places.length, planes: all };
}

function joinAll(all: Float32Array, channels: number, tiles: Tiles, rows: number, columns: number) {
  const size = channels * tiles.rows * tiles.columns;
  const out = new Float32Array(channels * rows * columns);
  tiles.places.forEach((place, i) => {
    const answers = all.subarray(i * size, (i + 1) * size);
    joinTile(answers, channels, tiles, place, out, rows, columns);
  });
  return out;
}

describe('tiles', () => {
  it.each([
    [1, 1],
    [32, 700],
    [300, 431],
    [513, 129],
  ])('of %i x %i pixels are put together as they were cut', (rows, columns) => {
    const planes = values(2 * rows * columns, 3);
    for (const tile of TILES) {
      const tiles = cutAll(planes, 2, rows, columns, tile);
      expect(difference(joinAll(tiles.planes, 2, tiles, rows, columns), planes)).toBe(-1);
    }
  });

  // Row spacings that make the working image larger than any tile, of odd size.
  const { levelled } = makeScene({ rows: 301, columns: 357, period: 3, heights: [4, -3] });

  const residuals = removeLattice(kernels, levelled);

  it('give the same features to the last bit, whatever their size', () => {
    const [whole] = computeField(kernels, segmenter, levelled, residuals, [3], {
      tile: 1024,
      keepFeatures: true,
    }).maps[0];
    expect([whole.rows, whole.columns, whole.dimension]).toEqual([
      602,
      714,
      segmenter.head.inChannels,
    ]);
    expect(Math.max(...whole.features.subarray(0, 10_000))).toBeGreaterThan(0);
    for (const tile of TILES) {
      const [{ features }] = computeField(kernels, segmenter, levelled, residuals, [3], {
        tile,
        keepFeatures: true,
      }).maps[0];
      expect(difference(features, whole.features)).toBe(-1);
    }
  });

  it('answer for all channels together as for each, without keeping what each has', () => {
    const two = { ...levelled, planes: [levelled.planes[0], residuals[0]] };
    const twice = [residuals[0], levelled.planes[0]];
    const look = (keepFeatures: boolean) =>
      computeField(kernels, segmenter, two, twice, [6], { keepFeatures }).maps[0];
    const [each, joined] = [look(true), look(false)];
    expect([each.length, joined.length]).toEqual([2, 1]);
    expect([joined[0].features.length, joined[0].planes.length]).toEqual([0, 0]);
    for (const name of ANSWERS) {
      expect(difference(logOddsOf(joined, name), logOddsOf(each, name))).toBe(-1);
    }
  });

  it('are searched in a pool as on one thread, and the search is cancelled there', async () => {
    const spacings = [3, 6];
    const ask = (keepFeatures: boolean) =>
      askField(kernels, segmenter, levelled, residuals, spacings, { keepFeatures });
    for (const keepFeatures of [false, true]) {
      const here = answerHere(kernels, ask(keepFeatures));
      for (const size of [1, 2, 3]) {
        const pool = new Pool(Array.from({ length: size }, inProcess));
        const there = await answerInPool(pool, ask(keepFeatures), undefined);
        pool.close();
        expect(there.maps.length).toBe(2);
        for (const [scale, [map]] of there.maps.entries()) {
          const [same] = here.maps[scale];
          expect([map.rows, map.columns]).toEqual([same.rows, same.columns]);
          expect(difference(map.answers, same.answers)).toBe(-1);
          expect(difference(map.features, same.features)).toBe(-1);
        }
      }
    }
    const pool = new Pool([inProcess(), inProcess()]);
    const abort = new AbortController();
    const run = { signal: abort.signal, onProgress: () => abort.abort() };
    const asking = askField(kernels, segmenter, levelled, residuals, spacings, {}, run);
    await expect(answerInPool(pool, asking, run)).rejects.toThrow(CancelledError);
    expect(asking.next()).toEqual({ done: true, value: undefined });
    pool.close();
  });

  it('give the same features on one worker and on two', async () => {
    const [rows, columns] = [330, 290];
    const planes = values(PLANES * rows * columns, 5);
    const tiles = cutAll(planes, PLANES, rows, columns, 128);
    const network = kernels.load(segmenter.trunk);
    const here = kernels.run(network, tiles.planes, tiles.n, tiles.rows, tiles.columns).planes;
    kernels.unload(network);
    for (const size of [1, 2]) {
      const pool = new Pool(Array.from({ length: size }, inProcess));
      const pooled = await pool.load(segmenter.trunk);
      const { planes: there } = await pool.run(
        pooled,
        tiles.planes,
        tiles.n,
        tiles.rows,
        tiles.columns,
      );
      expect(difference(there, here)).toBe(-1);
      pool.close();
    }
  });
});

/** First place where two arrays differ, -1 for none: an assertion per value would take minutes. */
function difference(a: Float32Array, b: Float32Array): number {
  return a.length === b.length ? a.findIndex((value, i) => value !== b[i]) : 0;
}

/** A worker with its own instance of the kernels, on this thread. */
function inProcess(): PoolWorker {
  const answer = serve(createKernels());
  let listener: (reply: PoolReply) => void = () => {};
  return {
    post: (request) => queueMicrotask(() => listener(answer(request))),
    listen: (onReply) => {
      listener = onReply;
    },
    close() {},
  };
}
