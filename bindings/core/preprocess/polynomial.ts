/** Powers [i, j] of u^i v^j for total orders 1..order; no constant. */
export function terms(order: number): [number, number][] {
  const list: [number, number][] = [];
  for (let total = 1; total <= order; total++) {
    for (let j = 0; j <= total; j++) list.push([total - j, j]);
  }
  return list;
}

/** Integer power by products: engines disagree on `**`. */
function power(x: number, n: number): number {
  let product = 1;
  for (let i = 0; i < n; i++) product *= x;
  return product;
}

/** Values of the terms at (u, v) into out from offset on. */
export function evaluateTerms(
  list: readonly [number, number][],
  u: number,
  v: number,
  out: Float64Array,
  offset: number,
): void {
  for (let k = 0; k < list.length; k++) {
    out[offset + k] = power(u, list[k][0]) * power(v, list[k][1]);
  }
}

/** Pixel position 0..size-1 to -1..1. */
export function normalise(position: number, size: number): number {
  return size > 1 ? (2 * position) / (size - 1) - 1 : 0;
}

/** The polynomial on every pixel, (rows, columns). */
export function polynomialSurface(
  order: number,
  coefficients: Float64Array,
  rows: number,
  columns: number,
): Float64Array {
  const list = terms(order);
  const surface = new Float64Array(rows * columns);
  // For a fixed row the polynomial is one in u alone: collect its coefficients once per row.
  const inU = new Float64Array(order + 1);
  for (let y = 0; y < rows; y++) {
    const v = normalise(y, rows);
    inU.fill(0);
    for (let k = 0; k < list.length; k++) {
      inU[list[k][0]] += coefficients[k] * power(v, list[k][1]);
    }
    for (let x = 0; x < columns; x++) {
      const u = normalise(x, columns);
      let sum = 0;
      for (let i = order; i >= 0; i--) sum = sum * u + inU[i];
      surface[y * columns + x] = sum;
    }
  }
  return surface;
}
