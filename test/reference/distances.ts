/** queries (n, dimension), prototypes (m, dimension) -> (n, m). */
export function squaredEuclidean(
  queries: ArrayLike<number>,
  prototypes: ArrayLike<number>,
  n: number,
  m: number,
  dimension: number,
): Float64Array {
  const out = new Float64Array(n * m);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < m; j++) {
      out[i * m + j] = squaredDistance(queries, i, prototypes, j, dimension);
    }
  }
  return out;
}

/** Squared distance of vector i of a to vector j of b. */
export function squaredDistance(
  a: ArrayLike<number>,
  i: number,
  b: ArrayLike<number>,
  j: number,
  dimension: number,
): number {
  let sum = 0;
  for (let d = 0; d < dimension; d++) {
    const difference = a[i * dimension + d] - b[j * dimension + d];
    sum += difference * difference;
  }
  return sum;
}

/** queries (n, dimension), prototypes (m, dimension) -> (n, m); 0 where either is zero. */
export function cosine(
  queries: ArrayLike<number>,
  prototypes: ArrayLike<number>,
  n: number,
  m: number,
  dimension: number,
): Float64Array {
  const out = new Float64Array(n * m);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < m; j++) {
      let dot = 0;
      let qq = 0;
      let pp = 0;
      for (let d = 0; d < dimension; d++) {
        const q = queries[i * dimension + d];
        const p = prototypes[j * dimension + d];
        dot += q * p;
        qq += q * q;
        pp += p * p;
      }
      const lengths = Math.sqrt(qq) * Math.sqrt(pp);
      out[i * m + j] = lengths === 0 ? 0 : dot / lengths;
    }
  }
  return out;
}
