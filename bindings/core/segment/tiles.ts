/**
 * Tiles start at multiples of this, px: pools, and the tiles of the convolutions on the coarsest of
 * three levels, then fall on the same pixels whatever the tile.
 */
const ALIGNMENT = 32;
/** At least the reach of a U-Net with three pools (36 px), in whole ALIGNMENTs. */
const HALO = 64;
/** Columns of a tile that are kept, at most: what lies in memory at a time grows with a tile's width only. */
const TILE = 2048;

/** Columns of a tile that is kept, at least: of thinner ones a third and more is what lies around them. */
const THINNEST = 4 * HALO;

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

/** Rows of a tile, from the first to the last, exclusive. */
interface RowRange {
  top: number;
  bottom: number;
}

/**
 * Tiles whose answers, joined by joinTile, are those of the whole image to the last bit, for every tile
 * size: unless a size is given as high as the image, and at least so many beside one another as it is wide enough for. Beyond the right and lower border the image is
 * mirrored up to a multiple of 32.
 */
export function layTiles(rows: number, columns: number, tile?: number, beside = 1): Tiles {
  const down = spans(rows, tile ?? rows);
  const thin = Math.max(THINNEST, Math.ceil(columns / beside));
  const across = spans(columns, tile ?? Math.min(TILE, thin));
  const places = down.starts.flatMap((d) =>
    across.starts.map((a) => ({
      top: d.start,
      left: a.start,
      kept: { top: d.first, bottom: d.end, left: a.first, right: a.end },
    })),
  );
  return { rows: down.length, columns: across.length, places };
}

/** Rows of one tile, all unless said, of planes (channels, rows, columns) into `out` (channels, ..., tile columns). */
export function cutTile(
  planes: Float32Array,
  channels: number,
  rows: number,
  columns: number,
  tiles: Pick<Tiles, 'rows' | 'columns'>,
  { top, left }: TilePlace,
  out: Float32Array,
  range: RowRange = { top: 0, bottom: tiles.rows },
): void {
  const columnOf = Int32Array.from({ length: tiles.columns }, (_, x) => mirror(left + x, columns));
  let to = 0;
  for (let c = 0; c < channels; c++) {
    for (let y = range.top; y < range.bottom; y++) {
      const from = (c * rows + mirror(top + y, rows)) * columns;
      for (let x = 0; x < tiles.columns; x++) out[to++] = planes[from + columnOf[x]];
    }
  }
}

/** A tile's answers (channels, ..., tile columns), in all its rows unless said, to their place in the image's (channels, rows, columns). */
export function joinTile(
  answers: Float32Array,
  channels: number,
  tiles: Pick<Tiles, 'rows' | 'columns'>,
  { top, left, kept }: TilePlace,
  out: Float32Array,
  rows: number,
  columns: number,
  range: RowRange = { top: 0, bottom: tiles.rows },
): void {
  const first = Math.max(kept.top, top + range.top);
  const end = Math.min(kept.bottom, top + range.bottom);
  const height = range.bottom - range.top;
  for (let c = 0; c < channels; c++) {
    for (let y = first; y < end; y++) {
      const from = (c * height + y - top - range.top) * tiles.columns - left;
      out.set(
        answers.subarray(from + kept.left, from + kept.right),
        (c * rows + y) * columns + kept.left,
      );
    }
  }
}

/** Along one side: the tiles' common length, and where each starts and what it answers for, about as much as the others. */
function spans(size: number, tile: number) {
  const padded = roundUp(size);
  const most = Math.ceil(size / roundUp(tile));
  const step = roundUp(Math.ceil(size / most));
  // The first and the last tile need no halo at the border.
  const length = Math.min(padded, step + (most > 2 ? 2 : 1) * HALO);
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
