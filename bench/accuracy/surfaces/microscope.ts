import { type Kernels, Random } from '../../../bindings/node/index.ts';
import type { Canvas } from './canvas.ts';

/** What a microscope adds. Heights and lengths in nm unless said otherwise. */
export interface Microscope {
  /** White noise, standard deviation. */
  white: number;
  /** Wandering baseline within and between lines, standard deviation. */
  wander: number;
  /** Each line's own offset, standard deviation. */
  lineOffset: number;
  /** Resolution, standard deviation of a Gaussian, x and y. */
  blur: number;
  blurY?: number;
  /** Radius of curvature of the tip's end; large tips broaden what is bright. 0: a needle. */
  tipRadius?: number;
  /** A second end of the tip: where, and how much shorter. */
  secondTip?: { x: number; y: number; shorter: number };
  /** From this part of the frame downwards the tip is another one: blurred by as much again. */
  tipChange?: number;
  /** Slow undulations of the surface or the piezo, standard deviation and length. */
  hills?: { height: number; length: number };
  /** Rise over the frame. */
  tiltX: number;
  tiltY: number;
  /** Mains pick-up: amplitude, and lines' length in its periods. */
  hum?: { amplitude: number; periods: number };
  /** Lines that jump for a while. */
  scars?: number;
  /** Response of the feedback from pixel to pixel, 0 (at once) to 1 (never). */
  slowness?: number;
}

/** Both images as recorded: (rows, columns) each. */
export function record(canvas: Canvas, microscope: Microscope): [Float32Array, Float32Array] {
  const noise = new Random(canvas.random.uint32());
  const hills = makeHills(canvas, microscope);
  const [first, second] = canvas.images.map((image) => {
    let plane = touch(image, canvas, microscope);
    plane = inFrame(resolve(plane, canvas, microscope), canvas);
    for (let at = 0; at < plane.length; at++) plane[at] += hills[at];
    follow(plane, canvas, microscope);
    disturb(plane, canvas, microscope, noise);
    return Float32Array.from(plane);
  });
  return [first, second];
}

/** What the frame shows of a plane with its margin. */
function inFrame(plane: Float64Array, { rows, columns, whole }: Canvas): Float64Array {
  const shown = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const from = (row + whole.margin) * whole.columns + whole.margin;
    shown.set(plane.subarray(from, from + columns), row * columns);
  }
  return shown;
}

/** Dilation by a parabolic tip with one or two ends: z(x) = max over d of h(x + d) - d^2 / 2R. */
function touch(
  image: Float64Array,
  { whole: { rows, columns }, pixelNm }: Canvas,
  { tipRadius = 0, secondTip }: Microscope,
): Float64Array {
  const ends = [{ x: 0, y: 0, shorter: 0 }, ...(secondTip ? [secondTip] : [])];
  const reach = tipRadius > 0 ? 4 : 0;
  const touches: [dx: number, dy: number, drop: number][] = [];
  for (const end of ends) {
    for (let dy = -reach; dy <= reach; dy++) {
      for (let dx = -reach; dx <= reach; dx++) {
        const drop =
          tipRadius > 0 ? ((dx * dx + dy * dy) * pixelNm * pixelNm) / (2 * tipRadius) : 0;
        const x = dx + Math.round(end.x / pixelNm);
        const y = dy + Math.round(end.y / pixelNm);
        touches.push([x, y, drop + end.shorter]);
      }
    }
  }
  return image.map((height, at) => {
    const row = Math.floor(at / columns);
    const column = at % columns;
    let most = height;
    for (const [dx, dy, drop] of touches) {
      const r = Math.min(rows - 1, Math.max(0, row + dy));
      const c = Math.min(columns - 1, Math.max(0, column + dx));
      most = Math.max(most, image[r * columns + c] - drop);
    }
    return most;
  });
}

function resolve(
  plane: Float64Array,
  { kernels, rows: shown, whole: { rows, columns, margin }, pixelNm }: Canvas,
  { blur, blurY = blur, tipChange = 1 }: Microscope,
): Float64Array {
  const sharp = smooth(kernels, plane, rows, columns, blur / pixelNm, blurY / pixelNm);
  if (tipChange >= 1) return sharp;
  const blunt = smooth(kernels, sharp, rows, columns, blur / pixelNm, blurY / pixelNm);
  const changed = (margin + Math.floor(shown * tipChange)) * columns;
  sharp.set(blunt.subarray(changed), changed);
  return sharp;
}

/** Gaussian blur, the border's pixels repeated. */
function smooth(
  kernels: Kernels,
  plane: Float64Array,
  rows: number,
  columns: number,
  sigmaX: number,
  sigmaY: number,
): Float64Array {
  const along = (from: Float64Array, sigma: number, n: number, step: number, other: number) => {
    if (sigma <= 0) return from.slice();
    const radius = Math.ceil(3 * sigma);
    const weights = Array.from({ length: 2 * radius + 1 }, (_, k) =>
      kernels.exp((-0.5 * (k - radius) * (k - radius)) / (sigma * sigma)),
    );
    const sum = weights.reduce((a, b) => a + b, 0);
    const to = new Float64Array(from.length);
    const lines = from.length / n;
    for (let line = 0; line < lines; line++) {
      for (let i = 0; i < n; i++) {
        let value = 0;
        for (let k = -radius; k <= radius; k++) {
          const at = Math.min(n - 1, Math.max(0, i + k));
          value += weights[k + radius] * from[line * other + at * step];
        }
        to[line * other + i * step] = value / sum;
      }
    }
    return to;
  };
  return along(along(plane, sigmaX, columns, 1, columns), sigmaY, rows, columns, 1);
}

/** A smooth random landscape from a few plane waves, (rows, columns). */
function makeHills(
  { kernels, random, rows, columns, pixelNm }: Canvas,
  { hills }: Microscope,
): Float64Array {
  const plane = new Float64Array(rows * columns);
  if (!hills) return plane;
  const count = 12;
  for (let n = 0; n < count; n++) {
    const kx = kernels.normal(random) / hills.length;
    const ky = kernels.normal(random) / hills.length;
    const phase = random.between(0, 2 * Math.PI);
    const height = hills.height * Math.sqrt(2 / count);
    for (let at = 0; at < plane.length; at++) {
      const x = (at % columns) * pixelNm;
      const y = Math.floor(at / columns) * pixelNm;
      plane[at] += height * kernels.cos(kx * x + ky * y + phase);
    }
  }
  return plane;
}

/** The feedback lags behind a height that changes. */
function follow(
  plane: Float64Array,
  { rows, columns }: Canvas,
  { slowness = 0 }: Microscope,
): void {
  for (let row = 0; row < rows; row++) {
    let at = plane[row * columns];
    for (let i = row * columns; i < (row + 1) * columns; i++) {
      at = slowness * at + (1 - slowness) * plane[i];
      plane[i] = at;
    }
  }
}

function disturb(
  plane: Float64Array,
  { kernels, rows, columns }: Canvas,
  microscope: Microscope,
  random: Random,
): void {
  const { white, wander, lineOffset, tiltX, tiltY, hum, scars = 0 } = microscope;
  // Two relaxations, of some ten pixels and of some ten lines: the long and the short end of 1/f noise.
  const keep = [0.9, 1 - 0.1 / columns];
  const state = keep.map(() => kernels.normal(random));
  const phase = random.between(0, 2 * Math.PI);
  for (let row = 0; row < rows; row++) {
    const offset = lineOffset * kernels.normal(random);
    for (let column = 0; column < columns; column++) {
      let value = offset + white * kernels.normal(random);
      keep.forEach((k, n) => {
        state[n] = k * state[n] + Math.sqrt(1 - k * k) * kernels.normal(random);
        value += (wander * state[n]) / Math.SQRT2;
      });
      const p = column / columns - 0.5;
      const q = row / rows - 0.5;
      value += tiltX * p + tiltY * q + 0.2 * tiltX * p * p;
      if (hum) {
        const turns = (row + column / columns) * hum.periods;
        value += hum.amplitude * kernels.cos(2 * Math.PI * (turns - Math.floor(turns)) + phase);
      }
      plane[row * columns + column] += value;
    }
  }
  for (let n = 0; n < scars; n++) {
    const start = random.below(rows * columns);
    const height = random.between(0.02, 0.08) * (random.uniform() < 0.5 ? -1 : 1);
    const end = Math.min(
      start + 10 + random.below(columns >> 2),
      columns * (1 + Math.floor(start / columns)),
    );
    for (let at = start; at < end; at++) plane[at] += height;
  }
}
