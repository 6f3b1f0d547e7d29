import type { ConvLayer } from '../../bindings/core/kernels.ts';

// The points and matrices of assembly/winograd.ts, written out in float64.
const A = 3 / 4;
const B = 3 / 2;
const P = A * A * B * B;
const S = A * A + B * B;

/** Row i is the polynomial in x that vanishes at every point but the i-th. */
export const BT = [
  [P, 0, -S, 0, 1, 0],
  [0, -A * B * B, -B * B, A, 1, 0],
  [0, A * B * B, -B * B, -A, 1, 0],
  [0, -B * A * A, -A * A, B, 1, 0],
  [0, B * A * A, -A * A, -B, 1, 0],
  [0, P, 0, -S, 0, 1],
];

/** Powers 0 to 2 of each point over the product of its distances to the others. */
export const G = [
  [1 / P, 0, 0],
  ...[A, -A, B, -B].map((x) => {
    const other = Math.abs(x) === A ? B : A;
    const distances = 2 * x * x * (x * x - other * other);
    return [1 / distances, x / distances, (x * x) / distances];
  }),
  [0, 0, 1],
];

/** Powers 0 to 3 of each point. */
export const AT = [0, 1, 2, 3].map((power) =>
  [0, A, -A, B, -B, Infinity].map((x) => (x === Infinity ? +(power === 3) : x ** power)),
);

/**
 * Sum of the absolute values of everything that is added up on the way to each output before the
 * epilogue: the algorithm with every sign dropped. (outChannels, rows, columns); what the
 * kernel's rounding errors are proportional to.
 */
export function winogradTerms(
  { inChannels, outChannels, weights }: ConvLayer,
  planes: ArrayLike<number>,
  rows: number,
  columns: number,
): Float64Array {
  const [bt, g, at] = [BT, G, AT].map((matrix) => matrix.map((row) => row.map(Math.abs)));
  const filters = Array.from({ length: outChannels * inChannels }, (_, f) =>
    sandwich(g, (y, x) => Math.abs(weights[f * 9 + y * 3 + x])),
  );
  const terms = new Float64Array(outChannels * rows * columns);
  for (let y = 0; y < rows; y += 4) {
    for (let x = 0; x < columns; x += 4) {
      const tiles = Array.from({ length: inChannels }, (_, i) =>
        sandwich(bt, (dy, dx) => {
          const r = y + dy - 1;
          const c = x + dx - 1;
          if (r < 0 || r >= rows || c < 0 || c >= columns) return 0;
          return Math.abs(planes[(i * rows + r) * columns + c]);
        }),
      );
      for (let o = 0; o < outChannels; o++) {
        const products = sandwich(at, (a, b) =>
          tiles.reduce((sum, tile, i) => sum + tile[a][b] * filters[o * inChannels + i][a][b], 0),
        );
        for (let dy = 0; dy < 4 && y + dy < rows; dy++) {
          for (let dx = 0; dx < 4 && x + dx < columns; dx++) {
            terms[(o * rows + y + dy) * columns + x + dx] = products[dy][dx];
          }
        }
      }
    }
  }
  return terms;
}

/**
 * Roundings on the way to an output, epilogue included: four per pass of a transform of pixels or
 * products (two passes each), one for the weight, one per product and sum, three in the epilogue.
 */
export function winogradRoundings(inChannels: number): number {
  return 8 + 1 + (1 + inChannels) + 8 + 3;
}

/** matrix * values * matrix transposed. */
function sandwich(matrix: number[][], values: (y: number, x: number) => number): number[][] {
  const half = matrix.map((row) =>
    matrix[0].map((_, x) => row.reduce((sum, m, y) => (m === 0 ? sum : sum + m * values(y, x)), 0)),
  );
  return half.map((line) => matrix.map((row) => row.reduce((sum, m, x) => sum + m * line[x], 0)));
}
