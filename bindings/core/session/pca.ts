/** A view of vectors in the plane of their two largest variances. */
export interface PrincipalPlane {
  /** (n, 2) coordinates, in the vectors' own unit. */
  points: Float32Array;
  /** Part of the variance along each of the two, 0..1. */
  explained: [number, number];
}

/** Enough for a picture: it stops sooner once a component hardly turns. */
const ITERATIONS = 40;
const STILL = 1e-6;
/** The axes come from at most so many vectors, evenly taken. */
const MOST = 256;

/**
 * The two principal components of vectors (n, dimension), by power iteration on the centred vectors
 * with the first component removed for the second. Of more than 256 vectors the axes are those of 256
 * of them. Deterministic: it starts from the vector farthest from the mean, and the largest entry of
 * each component is positive.
 */
export function principalPlane(
  vectors: Float32Array,
  n: number,
  dimension: number,
): PrincipalPlane {
  const centred = centre(vectors, n, dimension);
  const total = squaredNorm(centred);
  const points = new Float32Array(n * 2);
  const explained: [number, number] = [0, 0];
  for (const axis of [0, 1]) {
    const component = largestComponent(evenly(centred, n, dimension), dimension);
    for (let i = 0; i < n; i++) {
      const row = centred.subarray(i * dimension, (i + 1) * dimension);
      const along = dot(row, component);
      points[i * 2 + axis] = along;
      explained[axis] += total && (along * along) / total;
      for (let d = 0; d < dimension; d++) row[d] -= along * component[d];
    }
  }
  return { points, explained };
}

function evenly(vectors: Float64Array, n: number, dimension: number): Float64Array[] {
  const step = Math.max(1, Math.ceil(n / MOST));
  return Array.from({ length: Math.ceil(n / step) }, (_, i) =>
    vectors.subarray(i * step * dimension, (i * step + 1) * dimension),
  );
}

function centre(vectors: Float32Array, n: number, dimension: number): Float64Array {
  const sums = new Float64Array(dimension);
  for (let i = 0; i < n * dimension; i++) sums[i % dimension] += vectors[i];
  return Float64Array.from(vectors, (value, i) => value - sums[i % dimension] / n);
}

/** Unit vector along the largest variance; zero when there is none. */
function largestComponent(rows: readonly Float64Array[], dimension: number): Float64Array {
  let component = normalised(farthest(rows, dimension));
  for (let step = 0; step < ITERATIONS; step++) {
    const next = new Float64Array(dimension);
    for (const row of rows) {
      const along = dot(row, component);
      for (let d = 0; d < dimension; d++) next[d] += along * row[d];
    }
    const turned = normalised(next);
    const stands = 1 - Math.abs(dot(turned, component)) < STILL;
    component = turned;
    if (stands) break;
  }
  let largest = 0;
  for (const value of component) if (Math.abs(value) > Math.abs(largest)) largest = value;
  return largest < 0 ? component.map((value) => -value) : component;
}

function farthest(rows: readonly Float64Array[], dimension: number): Float64Array {
  let best = new Float64Array(dimension);
  for (const row of rows) if (squaredNorm(row) > squaredNorm(best)) best = row.slice();
  return best;
}

function normalised(vector: Float64Array): Float64Array {
  const norm = Math.sqrt(squaredNorm(vector));
  return norm > 0 ? vector.map((value) => value / norm) : vector;
}

function squaredNorm(vector: Float64Array): number {
  return dot(vector, vector);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
