import { allocate } from '../allocate.ts';
import type { Kernels, LoadedNetwork, NetworkLayer } from '../kernels.ts';
import type { Pool, PoolTask } from '../pool.ts';
import type { RunOptions } from '../progress.ts';
import { cutTile, joinTile, layTiles, type Tiles } from './tiles.ts';

/** One channel at one scale that a network is to look at. */
export interface Sheet {
  layers: readonly NetworkLayer[];
  /** What the network is to see, (inChannels, rows, columns): made when its turn comes. */
  make(): { rows: number; columns: number; planes: Float32Array };
  /** As FieldOptions.tile. */
  tile: number | undefined;
  /** Called with the part of it that is done. Throws what stops the search. */
  report(done: number): void;
}

/**
 * A search that, where a network is to look at something, leaves that to whoever carries the search out: it asks for
 * some sheets and gets the answers to each, (outChannels, rows, columns). So one search runs on one thread or on many.
 */
export type Asking<T> = Generator<readonly Sheet[], T, readonly Float32Array[]>;

/** Carry a search out on this thread, one sheet after the other. */
export function answerHere<T>(kernels: Kernels, asking: Asking<T>): T {
  let loaded: { layers: readonly NetworkLayer[]; network: LoadedNetwork } | undefined;
  const forget = () => {
    if (loaded) kernels.unload(loaded.network);
    loaded = undefined;
  };
  try {
    let next = asking.next();
    while (!next.done) {
      const answers = next.value.map(({ layers, make, tile, report }) => {
        if (loaded?.layers !== layers) forget();
        loaded ??= { layers, network: kernels.load(layers) };
        return runInTiles(kernels, loaded.network, make(), tile, report);
      });
      // Between two looks it is the search's turn, which may load networks of its own.
      forget();
      next = asking.next(answers);
    }
    return next.value;
  } finally {
    forget();
    asking.return(undefined as T);
  }
}

/** Columns of what a pool's worker is given at a time: what it lies in grows with its width. */
const WIDEST = 1024;

/**
 * Carry a search out on this thread and on a pool's workers, which do the networks' part. The result is the same bits
 * for any number of workers. Rejects with CancelledError when the caller's signal fires.
 */
export async function answerInPool<T>(
  pool: Pool,
  asking: Asking<T>,
  run: RunOptions | undefined,
): Promise<T> {
  try {
    let next = asking.next();
    while (!next.done) {
      const sheets = next.value;
      const networks = await Promise.all(sheets.map(({ layers }) => pool.load(layers)));
      const answers: Float32Array[] = [];
      const done = sheets.map(() => 0);
      sheets[0]?.report(0);
      function* tasks(): Generator<PoolTask> {
        for (const [i, { make, tile, report }] of sheets.entries()) {
          const { rows, columns, planes } = make();
          const network = networks[i];
          const { inChannels, outChannels } = network;
          const found = allocate(outChannels * rows * columns);
          answers[i] = found;
          // Enough for all workers, and none so wide that each of them needs much memory.
          const beside = Math.max(pool.size / sheets.length, columns / WIDEST);
          const tiles = layTiles(rows, columns, tile, Math.ceil(beside));
          for (const place of tiles.places) {
            yield {
              network,
              n: 1,
              rows: tiles.rows,
              columns: tiles.columns,
              fill: (to) => cutTile(planes, inChannels, rows, columns, tiles, place, to),
              take(from) {
                joinTile(from, outChannels, tiles, place, found, rows, columns);
                report(++done[i] / tiles.places.length);
              },
            };
          }
        }
      }
      // No task ahead: each takes long, and what has begun must end before a search is given up.
      await pool.each(tasks(), run, 1);
      next = asking.next(answers);
    }
    return next.value;
  } finally {
    asking.return(undefined as T);
  }
}

/** Tile by tile, some rows at a time: of a large scan a whole tile's answers would be as large as the features. */
function runInTiles(
  kernels: Kernels,
  network: LoadedNetwork,
  { rows, columns, planes }: ReturnType<Sheet['make']>,
  tile: number | undefined,
  report: (done: number) => void,
): Float32Array {
  const { inChannels, outChannels } = network;
  const tiles: Tiles = layTiles(rows, columns, tile);
  const found = allocate(outChannels * rows * columns);
  tiles.places.forEach((place, i) => {
    kernels.runRows(network, tiles.rows, tiles.columns, {
      onRows: (top) => report((i + top / tiles.rows) / tiles.places.length),
      read(to, top, bottom) {
        cutTile(planes, inChannels, rows, columns, tiles, place, to, { top, bottom });
      },
      write(from, top, bottom) {
        const range = { top, bottom };
        joinTile(from, outChannels, tiles, place, found, rows, columns, range);
      },
    });
  });
  return found;
}
