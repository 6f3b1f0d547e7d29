/**
 * Tiles start at multiples of this, px: pools, and the tiles of the convolutions on the coarsest of
 * three levels, then fall on the same pixels whatever the tile.
 */
const ALIGNMENT = 32;
/** At least the reach of a U-Net with three pools (36 px), in whole ALIGNMENTs. */
const HALO = 64;
/** Pixels of a tile's side that are kept. */
export const TILE = 512;

/** How an image is covered by overlapping tiles of one size. */
export interface Tiles {
  rows: number;
  columns: number;
  places: TilePlace[];
}

/** Where a tile lies and which pixels of the image it answers for. */
export interface TilePlace {
  top: number;
  left: number;
  /** First and last, exclusive, of the image's rows and columns. */
  kept: { top: number; bottom: number; left: number; right: number };
}

/**
 * Tiles whose answers, joined by joinTile, are those of the whole image to the last bit, for every tile
 * size. Beyond the right and lower border the image is mirrored up to a multiple of 32.
 */
export function layTiles(rows: number, columns: number, tile = TILE): Tiles {
  const down = spans(rows, tile);
  const across = spans(columns, tile);
  const places = down.starts.flatMap((d) =>
    across.starts.map((a) => ({
      top: d.start,
      left: a.start,
      kept: { top: d.first, bottom: d.end, left: a.first, right: a.end },
    })),
  );
  return { rows: down.length, columns: across.length, places };
}

/** One tile of planes (channels, rows, columns) into `out` (channels, tile rows, tile columns). */
export function cutTile(
  planes: Float32Array,
  channels: number,
  rows: number,
  columns: number,
  tiles: Pick<Tiles, 'rows' | 'columns'>,
  { top, left }: TilePlace,
  out: Float32Array,
): void {
  const columnOf = Int32Array.from({ length: tiles.columns }, (_, x) => mirror(left + x, columns));
  let to = 0;
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < tiles.rows; y++) {
      const from = (c * rows + mirror(top + y, rows)) * columns;
      for (let x = 0; x < tiles.columns; x++) out[to++] = planes[from + columnOf[x]];
    }
  }
}

/** A tile's answers (channels, tile rows, tile columns) to their place in the image's (channels, rows, columns). */
export function joinTile(
  answers: Float32Array,
  channels: number,
  tiles: Pick<Tiles, 'rows' | 'columns'>,
  { top, left, kept }: TilePlace,
  out: Float32Array,
  rows: number,
  columns: number,
): void {
  for (let c = 0; c < channels; c++) {
    for (let y = kept.top; y < kept.bottom; y++) {
      const from = (c * tiles.rows + y - top) * tiles.columns - left;
      out.set(
        answers.subarray(from + kept.left, from + kept.right),
        (c * rows + y) * columns + kept.left,
      );
    }
  }
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
