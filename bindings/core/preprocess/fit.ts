import { median, spread } from './statistics.ts';

/** Tukey's constant: 95 % efficient on normal noise. */
const BIWEIGHT = 4.685;
const ITERATIONS = 15;
/** Stop when the spread of the residuals changes by less than this part. */
const CONVERGED = 1e-4;

/**
 * Robust linear regression by iteratively reweighted least squares with Tukey's biweight.
 * design (n, m), target (n), start (m): coefficients good enough that most residuals are small.
 * Returns the coefficients and the robust spread of the residuals. Beaton and Tukey 1974.
 */
export function robustFit(
  design: Float64Array,
  target: Float64Array,
  m: number,
  start: Float64Array,
): { coefficients: Float64Array; sigma: number } {
  const n = target.length;
  let coefficients: Float64Array = Float64Array.from(start);
  const residuals = new Float64Array(n);
  const scratch = new Float64Array(n);
  let sigma = 0;
  let sigmaBefore = 0;
  for (let iteration = 0; iteration <= ITERATIONS; iteration++) {
    for (let i = 0; i < n; i++) {
      let predicted = 0;
      for (let k = 0; k < m; k++) predicted += design[i * m + k] * coefficients[k];
      residuals[i] = target[i] - predicted;
      scratch[i] = residuals[i];
    }
    sigma = n > 0 ? spread(scratch, n, 0) : 0;
    if (!(sigma > 0) || iteration === ITERATIONS) break;
    if (Math.abs(sigma - sigmaBefore) <= CONVERGED * sigma) break;
    sigmaBefore = sigma;
    const next = weightedLeastSquares(design, target, residuals, m, BIWEIGHT * sigma);
    if (!next) break;
    coefficients = next;
  }
  return { coefficients, sigma };
}

function weightedLeastSquares(
  design: Float64Array,
  target: Float64Array,
  residuals: Float64Array,
  m: number,
  cutoff: number,
): Float64Array | null {
  const normal = new Float64Array(m * m);
  const right = new Float64Array(m);
  for (let i = 0; i < target.length; i++) {
    const r = residuals[i] / cutoff;
    if (r >= 1 || r <= -1) continue;
    const w = (1 - r * r) * (1 - r * r);
    for (let a = 0; a < m; a++) {
      const wa = w * design[i * m + a];
      if (wa === 0) continue;
      right[a] += wa * target[i];
      for (let b = a; b < m; b++) normal[a * m + b] += wa * design[i * m + b];
    }
  }
  for (let a = 0; a < m; a++) for (let b = 0; b < a; b++) normal[a * m + b] = normal[b * m + a];
  return solve(normal, right, m);
}

/** Solve a small linear system by elimination with pivoting; null when it is singular. */
export function solve(matrix: Float64Array, right: Float64Array, m: number): Float64Array | null {
  const a = Float64Array.from(matrix);
  const b = Float64Array.from(right);
  for (let column = 0; column < m; column++) {
    let pivot = column;
    for (let r = column + 1; r < m; r++) {
      if (Math.abs(a[r * m + column]) > Math.abs(a[pivot * m + column])) pivot = r;
    }
    const largest = a[pivot * m + column];
    if (Math.abs(largest) <= 1e-12 * Math.abs(matrix[column * m + column]) || largest === 0) {
      return null;
    }
    if (pivot !== column) {
      for (let k = 0; k < m; k++) {
        const t = a[pivot * m + k];
        a[pivot * m + k] = a[column * m + k];
        a[column * m + k] = t;
      }
      const t = b[pivot];
      b[pivot] = b[column];
      b[column] = t;
    }
    for (let r = column + 1; r < m; r++) {
      const f = a[r * m + column] / largest;
      if (f === 0) continue;
      for (let k = column; k < m; k++) a[r * m + k] -= f * a[column * m + k];
      b[r] -= f * b[column];
    }
  }
  for (let r = m - 1; r >= 0; r--) {
    for (let k = r + 1; k < m; k++) b[r] -= a[r * m + k] * b[k];
    b[r] /= a[r * m + r];
  }
  return b;
}

/** Mean of the first n values within width spreads of their median; overwrites scratch (n). */
export function trimmedMean(
  values: Float64Array,
  n: number,
  scratch: Float64Array,
  width: number,
): { mean: number; sigma: number } {
  for (let i = 0; i < n; i++) scratch[i] = values[i];
  const centre = median(scratch, n);
  const sigma = spread(scratch, n, centre);
  const limit = width * sigma;
  let sum = 0;
  let count = 0;
  for (let i = 0; i < n; i++) {
    const d = values[i] - centre;
    if (d <= limit && d >= -limit) {
      sum += d;
      count++;
    }
  }
  return { mean: count > 0 ? centre + sum / count : centre, sigma };
}
