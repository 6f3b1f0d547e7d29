import { cropAt, type Normalisation, type Point, robustDeviation } from './crop.ts';
import type { Embeddings } from './embed.ts';
import type { Levelled } from './preprocess/levelled.ts';

/** Sizes at which a point is embedded, in units of the default crop; the largest last. */
export const CROP_FACTORS: readonly number[] = [0.7, 1, 2];

/** How far a click may miss, in sides of the crop. */
const MISS = 1.5 / 40;
/** A click that misses in each of these directions, in units of MISS. */
const DIRECTIONS = [-1, 0, 1].flatMap((y) => [-1, 0, 1].map((x) => ({ x, y })));
const MISSES = DIRECTIONS.filter(({ x, y }) => x !== 0 || y !== 0);

/** Embeddings of crops (n, 2, size, size). */
export type EmbedCrops = (crops: Float32Array, n: number, size: number) => Embeddings;

/** A crop of a size (pixels of the levelled grid), and each way in which it is embedded. */
export interface Look {
  sizePx: number;
  ways: readonly EmbedCrops[];
}

/** Embeddings by several looks, joined. */
export interface EmbeddedSizes extends Embeddings {
  /** Lengths of the parts that follow one another in each embedding. */
  parts: number[];
  /** The first `displaced` points as seen from beside them, (displaced, dimension) for each direction. */
  beside: Float32Array[];
  /** Any of the points as seen from beside them, (points, dimension) for each direction. */
  fromBeside(points: readonly number[]): Float32Array[];
  /** (n) 1 where the largest crop reaches over the scan's edge. */
  touchesBorder: Uint8Array;
}

/**
 * Cut the crop of each look around each point and embed it in each of its ways. Where these are several
 * parts in all, the embeddings of each are divided by the square root of their total variance over the
 * points, so that every part counts the same, and put one after the other: (n, sum of the parts).
 * Embeddings then compare with those of the same call only. A part alone is as its way gives it.
 * The first `displaced` points are embedded from eight places beside them as well, on the same scale,
 * so that what was clicked off its centre can be compared.
 */
export function embedAtSizes(
  { planes, rows, columns }: Pick<Levelled, 'planes' | 'rows' | 'columns'>,
  points: readonly Point[],
  looks: readonly Look[],
  normalise: Normalisation,
  displaced = 0,
  gain?: number,
): EmbeddedSizes {
  const deviations = normalise === 'scan' ? planes.slice(0, 2).map(robustDeviation) : undefined;
  const touchesBorder = new Uint8Array(points.length);
  const embedAll = ({ sizePx, ways }: Look, places: readonly Point[]) => {
    const options = {
      sizePx,
      normalise,
      ...(deviations ? { deviations } : {}),
      ...(gain ? { gain } : {}),
    };
    const {
      crops,
      n,
      size,
      touchesBorder: touches,
    } = cropAt(planes, rows, columns, places, options);
    return { byWay: ways.map((embed) => embed(crops, n, size)), touches };
  };
  const parts = looks.flatMap((look) => {
    const { byWay, touches } = embedAll(look, points);
    touches.forEach((touch, i) => {
      touchesBorder[i] |= touch;
    });
    return byWay;
  });
  const lengths = parts.map((part) => part.dimension);
  const scales = parts.map((part) =>
    parts.length === 1 ? 1 : 1 / (Math.sqrt(totalVariance(part, points.length)) || 1),
  );
  const fromBeside = (which: readonly number[]) => {
    const n = which.length;
    // All directions in one call of each look: a network is quicker with several crops than with one.
    const seen = looks.flatMap((look) => {
      const reach = MISS * look.sizePx;
      const places = MISSES.flatMap((miss) =>
        which.map((i) => ({
          x: Math.min(Math.max(points[i].x + miss.x * reach, 0), columns - 1),
          y: Math.min(Math.max(points[i].y + miss.y * reach, 0), rows - 1),
        })),
      );
      return embedAll(look, places).byWay;
    });
    return MISSES.map((_, direction) =>
      join(
        seen.map(({ embeddings }, part) =>
          embeddings.subarray(direction * n * lengths[part], (direction + 1) * n * lengths[part]),
        ),
        lengths,
        scales,
      ),
    );
  };
  return {
    embeddings: join(
      parts.map(({ embeddings }) => embeddings),
      lengths,
      scales,
    ),
    dimension: lengths.reduce((sum, length) => sum + length, 0),
    parts: lengths,
    beside: displaced ? fromBeside(Array.from({ length: displaced }, (_, i) => i)) : [],
    fromBeside,
    touchesBorder,
  };
}

/** Rows of parts of the lengths given, times their scales, one after the other. */
function join(
  parts: readonly Float32Array[],
  lengths: readonly number[],
  scales: readonly number[],
): Float32Array {
  if (parts.length === 1) return parts[0];
  const joined = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  const rows = lengths[0] > 0 ? parts[0].length / lengths[0] : 0;
  let to = 0;
  for (let row = 0; row < rows; row++) {
    for (const [which, part] of parts.entries()) {
      const end = (row + 1) * lengths[which];
      for (let from = end - lengths[which]; from < end; from++) {
        joined[to++] = scales[which] * part[from];
      }
    }
  }
  return joined;
}

/** Mean squared distance of the embeddings from their mean. */
function totalVariance({ embeddings, dimension }: Embeddings, n: number): number {
  const mean = new Float64Array(dimension);
  for (let i = 0; i < embeddings.length; i++) mean[i % dimension] += embeddings[i] / n;
  let sum = 0;
  for (let i = 0; i < embeddings.length; i++) {
    const apart = embeddings[i] - mean[i % dimension];
    sum += apart * apart;
  }
  return sum / Math.max(1, n);
}
