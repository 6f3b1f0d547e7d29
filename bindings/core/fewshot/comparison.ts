import type { Kernels } from '../kernels.ts';

/** Squared distances of every row of a comparison from one vector in each part, (parts, rows). */
export type Column = Float32Array;

/**
 * Embeddings to be compared again and again, each in the parts of the lengths given. Distances are kept
 * part by part, because the parts' weights change with every example and distances do not: naming
 * then needs no pass over the embeddings, and a new example only the distances to itself.
 */
export class Comparison {
  readonly rows: number;
  private readonly kernels: Kernels;
  private readonly parts: readonly number[];
  /** (rows, length) of each part. */
  private readonly byPart: readonly Float32Array[];

  /** vectors (rows, sum of parts) */
  constructor(kernels: Kernels, vectors: Float32Array, parts: readonly number[]) {
    this.kernels = kernels;
    this.parts = parts;
    this.byPart = split(vectors, parts);
    this.rows = parts[0] > 0 ? this.byPart[0].length / parts[0] : 0;
  }

  /** What is kept, to count its bytes. */
  get kept(): unknown {
    return this.byPart;
  }

  /** Distances of every row from each of vectors (m, sum of parts). */
  columns(vectors: Float32Array): Column[] {
    const { kernels, rows, parts, byPart } = this;
    const m = vectors.length / sumOf(parts);
    const columns = Array.from({ length: m }, () => new Float32Array(parts.length * rows));
    split(vectors, parts).forEach((some, part) => {
      const squares = kernels.squaredDifferences(some, byPart[part], parts[part]);
      columns.forEach((column, j) => {
        column.set(squares.subarray(j * rows, (j + 1) * rows), part * rows);
      });
    });
    return columns;
  }
}

function split(vectors: Float32Array, parts: readonly number[]): Float32Array[] {
  if (parts.length === 1) return [vectors];
  const dimension = sumOf(parts);
  const rows = vectors.length / dimension;
  let start = 0;
  return parts.map((length) => {
    const part = new Float32Array(rows * length);
    for (let i = 0; i < rows; i++) {
      const from = i * dimension + start;
      part.set(vectors.subarray(from, from + length), i * length);
    }
    start += length;
    return part;
  });
}

function sumOf(lengths: readonly number[]): number {
  return lengths.reduce((sum, length) => sum + length, 0);
}

/** A row and its distances from all rows. */
export interface Seen {
  row: number;
  column: Column;
}

/** What naming goes by: which rows are what, and the distances from those that matter. */
export interface Compared {
  /** The first so many rows are to be named. */
  queries: number;
  /** All rows there are. */
  rows: number;
  parts: number;
  nWay: number;
  /** (examples) 0..nWay-1 */
  labels: Int32Array;
  /** Each example, and as seen from places beside it. */
  examples: readonly (Seen & { beside: readonly Column[] })[];
  /** The mean of the queries. */
  middle: Seen;
  /** Rows that may move the prototypes; empty for none. */
  unlabelled: readonly Seen[];
}

/** A row and its squared distances from all rows, all parts taken together. */
export interface Anchor {
  row: number;
  /** (rows) */
  squares: Float64Array;
}

/** The same with all parts taken together. */
export interface Squares extends Pick<Compared, 'queries' | 'nWay' | 'labels'> {
  /** Examples per class. */
  shots: Int32Array;
  examples: readonly Anchor[];
  /** Of each example, from the places beside it, (rows) each. */
  places: readonly (readonly Float64Array[])[];
  /** To each example from where a row resembles it most, (rows) each. */
  tolerant: readonly Float64Array[];
  middle: Anchor;
  unlabelled: readonly Anchor[];
  /** For what is worked out of them. */
  scratch: Scratch;
}

/** What grows with every example is not to be fresh with every one. */
const withRoom = (length: number) => Math.ceil(1.5 * length);

/** Memory to use again: fresh memory costs more than what is done with it. */
export class Scratch {
  private readonly doubles = new Map<string, Float64Array>();
  private readonly singles = new Map<string, Float32Array>();

  /** What is kept, to count its bytes. */
  get kept(): unknown {
    return [...this.doubles.values(), ...this.singles.values()];
  }

  /** So many numbers, of any value, until the next call of the same use. */
  f64(use: string, length: number): Float64Array {
    let values = this.doubles.get(use);
    if (!values || values.length < length) {
      values = new Float64Array(withRoom(length));
      this.doubles.set(use, values);
    }
    return values.subarray(0, length);
  }

  f32(use: string, length: number): Float32Array {
    let values = this.singles.get(use);
    if (!values || values.length < length) {
      values = new Float32Array(withRoom(length));
      this.singles.set(use, values);
    }
    return values.subarray(0, length);
  }
}

/**
 * Every part's squared distances times the square of its factor, added up. The result stands in
 * `scratch`, until that is used again.
 */
export function together(
  kernels: Kernels,
  compared: Compared,
  factors: Float64Array,
  scratch: Scratch = new Scratch(),
): Squares {
  const { queries, rows, nWay, labels, examples, middle, unlabelled } = compared;
  const weights = factors.map((factor) => factor * factor);
  const beside = examples.reduce((sum, each) => sum + each.beside.length, 0);
  const slab = scratch.f64(
    'squares',
    (2 * examples.length + beside + 1 + unlabelled.length) * rows,
  );
  let taken = 0;
  const take = () => {
    taken += rows;
    return slab.subarray(taken - rows, taken);
  };
  const anchor = ({ row, column }: Seen): Anchor => {
    const squares = take();
    kernels.weightedSum(column, weights, squares);
    return { row, squares };
  };
  const own = examples.map(anchor);
  const places = examples.map((example) =>
    example.beside.map((column) => {
      const squares = take();
      kernels.weightedSum(column, weights, squares);
      return squares;
    }),
  );
  const tolerant = places.map((each, e) => {
    if (each.length === 0) return own[e].squares;
    const least = take();
    least.set(own[e].squares);
    for (const squares of each) keepLeast(least, squares);
    return least;
  });
  const shots = new Int32Array(nWay);
  for (const label of labels) shots[label]++;
  return {
    queries,
    nWay,
    labels,
    shots,
    examples: own,
    places,
    tolerant,
    middle: anchor(middle),
    unlabelled: unlabelled.map(anchor),
    scratch,
  };
}

// Innermost loops stand alone: an engine that compiles a loop while it runs throws that code away where
// the loop ends inside another one, and a click ends thousands.

function addTimes(sums: Float64Array, values: Float64Array, factor: number): void {
  for (let i = 0; i < sums.length; i++) sums[i] += factor * values[i];
}

function keepLeast(least: Float64Array, values: Float64Array): void {
  for (let i = 0; i < least.length; i++) if (values[i] < least[i]) least[i] = values[i];
}

/**
 * Squared distance of every row from a weighted mean of anchors, (rows); weights add up to 1. The mean
 * distance from the anchors minus half the mean distance between two of them, at least 0.
 */
export function toMean(anchors: readonly Anchor[], weights: ArrayLike<number>): Float64Array {
  const rows = anchors[0]?.squares.length ?? 0;
  const sums = new Float64Array(rows);
  anchors.forEach(({ squares }, a) => {
    const weight = weights[a];
    if (weight === 0) return;
    addTimes(sums, squares, weight);
  });
  let within = 0;
  anchors.forEach(({ row }, a) => {
    if (weights[a] !== 0) within += 0.5 * weights[a] * sums[row];
  });
  for (let i = 0; i < rows; i++) sums[i] = Math.max(0, sums[i] - within);
  return sums;
}

/** Vectors one after the other. */
export function concat(vectors: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(vectors.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const one of vectors) {
    all.set(one, at);
    at += one.length;
  }
  return all;
}
