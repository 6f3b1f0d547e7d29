/**
 * Tiles start at multiples of this, px: pools, and the tiles of the convolutions on the coarsest of
 * three levels, then fall on the same pixels whatever the tile.
 */
const ALIGNMENT = 32;
/** At least the reach of a U-Net with three pools (36 px), in whole ALIGNMENTs. */
const HALO = 64;
/** Pixels of a tile's side that are kept. */
export const TILE = 512;

/** An image cut into tiles of one size that overlap. */
export interface Tiles {
  n: number;
  rows: number;
  columns: number;
  /** (n, channels, rows, columns) */
  planes: Float32Array;
  /** Where each tile lies and which pixels of the image it answers for. */
  places: TilePlace[];
}

interface TilePlace {
  top: number;
  left: number;
  /** First and last, exclusive, of the image's rows and columns. */
  kept: { top: number; bottom: number; left: number; right: number };
}

/**
 * Cut planes (channels, rows, columns) into tiles whose answers, joined by joinTiles, are those of the
 * whole image to the last bit, for every tile size. Beyond the right and lower border the image is
 * mirrored up to a multiple of 32.
 */
export function cutTiles(
  planes: Float32Array,
  channels: number,
  rows: number,
  columns: number,
  tile = TILE,
): Tiles {
  const down = spans(rows, tile);
  const across = spans(columns, tile);
  const places = down.starts.flatMap((d) =>
    across.starts.map((a) => ({
      top: d.start,
      left: a.start,
      kept: { top: d.first, bottom: d.end, left: a.first, right: a.end },
    })),
  );
  const image = down.length * across.length;
  const out = new Float32Array(places.length * channels * image);
  places.forEach(({ top, left }, n) => {
    for (let c = 0; c < channels; c++) {
      for (let y = 0; y < down.length; y++) {
        const from = (c * rows + mirror(top + y, rows)) * columns;
        const to = (n * channels + c) * image + y * across.length;
        for (let x = 0; x < across.length; x++) {
          out[to + x] = planes[from + mirror(left + x, columns)];
        }
      }
    }
  });
  return { n: places.length, rows: down.length, columns: across.length, planes: out, places };
}

/** The tiles' answers (n, channels, tile rows, tile columns) as one image (channels, rows, columns). */
export function joinTiles(
  answers: Float32Array,
  channels: number,
  tiles: Omit<Tiles, 'planes'>,
  rows: number,
  columns: number,
): Float32Array {
  const out = new Float32Array(channels * rows * columns);
  tiles.places.forEach(({ top, left, kept }, n) => {
    for (let c = 0; c < channels; c++) {
      for (let y = kept.top; y < kept.bottom; y++) {
        const from = ((n * channels + c) * tiles.rows + y - top) * tiles.columns - left;
        out.set(
          answers.subarray(from + kept.left, from + kept.right),
          (c * rows + y) * columns + kept.left,
        );
      }
    }
  });
  return out;
}

/** Along one side: the tiles' common length, and where each starts and what it answers for. */
function spans(size: number, tile: number) {
  const padded = roundUp(size);
  const step = roundUp(tile);
  const length = Math.min(padded, step + 2 * HALO);
  const count = length === padded ? 1 : Math.ceil(size / step);
  const starts = Array.from({ length: count }, (_, i) => ({
    start: Math.max(0, Math.min(i * step - HALO, padded - length)),
    first: i * step,
    end: count === 1 ? size : Math.min(size, (i + 1) * step),
  }));
  return { length, starts };
}

function roundUp(size: number): number {
  return Math.ceil(size / ALIGNMENT) * ALIGNMENT;
}

/** Reflection about the border pixels' outer edges. */
function mirror(index: number, length: number): number {
  const turn = index % (2 * length);
  return turn < length ? turn : 2 * length - 1 - turn;
}
