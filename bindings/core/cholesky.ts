/**
 * x of A x = b for a symmetric positive definite A, of which the lower triangle (n, n) is given and
 * overwritten: by Cholesky. No squared pivot counts as less than `least`, for an A that rounding may
 * have left short of positive.
 */
export function solveCholesky(
  a: Float64Array,
  b: Float64Array,
  n: number,
  least = 0,
): Float64Array {
  factorise(a, n, least);
  const x = b.slice();
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i] -= a[i * n + k] * x[k];
    x[i] /= a[i * n + i];
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i] -= a[k * n + i] * x[k];
    x[i] /= a[i * n + i];
  }
  return x;
}

/** The lower triangle (n, n) of a symmetric positive definite matrix becomes that of its Cholesky factor. */
export function factorise(a: Float64Array, n: number, least = 0): void {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j];
      for (let k = 0; k < j; k++) sum -= a[i * n + k] * a[j * n + k];
      a[i * n + j] = i === j ? Math.sqrt(Math.max(sum, least)) : sum / a[j * n + j];
    }
  }
}
