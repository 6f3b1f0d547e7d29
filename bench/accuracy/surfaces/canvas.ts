import { type Kernels, Random } from '../../../bindings/node/index.ts';
import { type Microscope, record } from './microscope.ts';
import type { LabelledPoint, Surface } from './surface.ts';

/** A position on the surface, nm from the middle of the top-left pixel. */
export interface Place {
  x: number;
  y: number;
}

/** Height, nm, at (u, v) nm from a defect's centre in its own axes; image 0 or 1. */
export type Shape = (u: number, v: number, image: number) => number;

export interface Defect extends Place {
  /** null: there, but not to be named. */
  label: string | null;
  /** Direction of its u axis, clockwise from x, degrees. */
  angleDeg: number;
  /** Nothing of it shows farther than this, nm. */
  reach: number;
  shape: Shape;
}

/** The part of its own peak from which on a pixel belongs to a defect. */
const MASK_FRACTION = 1 / 3;
/** Standard deviation of a hand's click, pixels. */
const CLICK = 0.6;
/** Pixels of the surface around the frame: the tip feels what lies beyond it, and no frame ends the surface. */
const MARGIN = 20;

/** Heights of a surface in two images, in nm, before a microscope looks at them. */
export class Canvas {
  readonly kernels: Kernels;
  readonly random: Random;
  readonly rows: number;
  readonly columns: number;
  readonly pixelNm: number;
  /** Columns by which the second image looks to the right of the first. */
  readonly lag: number;
  /** (whole.rows, whole.columns) each. */
  readonly images: [Float64Array, Float64Array];
  private readonly mask: Uint8Array;
  private readonly points: LabelledPoint[] = [];
  private readonly centres: { x: number; y: number }[] = [];

  constructor(kernels: Kernels, seed: number, size: number, widthNm: number) {
    this.kernels = kernels;
    this.random = new Random(seed);
    this.rows = size;
    this.columns = size;
    this.pixelNm = widthNm / size;
    this.lag = this.random.between(-0.6, 0.6);
    const area = this.whole.rows * this.whole.columns;
    this.images = [new Float64Array(area), new Float64Array(area)];
    this.mask = new Uint8Array(size * size);
  }

  /** Of the surface that is there, the frame in its middle. */
  get whole(): { rows: number; columns: number; margin: number } {
    return { rows: this.rows + 2 * MARGIN, columns: this.columns + 2 * MARGIN, margin: MARGIN };
  }

  get sizeNm(): number {
    return this.columns * this.pixelNm;
  }

  /** exp(-(u/a)^2/2 - (v/b)^2/2) */
  gauss(u: number, v: number, a: number, b = a): number {
    const e = (u * u) / (a * a) + (v * v) / (b * b);
    return e > 40 ? 0 : this.kernels.exp(-0.5 * e);
  }

  /** Cosine of a phase in turns. */
  wave(turns: number): number {
    return this.kernels.cos(2 * Math.PI * (turns - Math.floor(turns)));
  }

  /** A factor that scatters about 1. */
  vary(deviation: number): number {
    return Math.max(0.3, 1 + deviation * this.kernels.normal(this.random));
  }

  /** Add a height everywhere. */
  cover(height: (x: number, y: number, image: number) => number): void {
    const across = this.whole.columns;
    this.images.forEach((plane, image) => {
      for (let at = 0; at < plane.length; at++) {
        const x = ((at % across) - MARGIN + image * this.lag) * this.pixelNm;
        plane[at] += height(x, (Math.floor(at / across) - MARGIN) * this.pixelNm, image);
      }
    });
  }

  /** Add a defect to the heights, the mask and, if it has a label, the points. */
  place(defect: Defect): void {
    const { x, y, reach, shape, label } = defect;
    const { rows, columns, pixelNm, kernels, random, lag } = this;
    const [cos, sin] = direction(kernels, defect.angleDeg);
    const across = this.whole.columns;
    const left = Math.max(-MARGIN, Math.ceil((x - reach) / pixelNm));
    const right = Math.min(columns + MARGIN - 1, Math.floor((x + reach) / pixelNm));
    const top = Math.max(-MARGIN, Math.ceil((y - reach) / pixelNm));
    const bottom = Math.min(rows + MARGIN - 1, Math.floor((y + reach) / pixelNm));
    this.images.forEach((plane, image) => {
      const changes: [at: number, change: number][] = [];
      for (let row = top; row <= bottom; row++) {
        for (let column = left; column <= right; column++) {
          const dx = (column + image * lag) * pixelNm - x;
          const dy = row * pixelNm - y;
          const change = shape(dx * cos + dy * sin, dy * cos - dx * sin, image);
          plane[(row + MARGIN) * across + column + MARGIN] += change;
          const inFrame = row >= 0 && row < rows && column >= 0 && column < columns;
          if (inFrame) changes.push([row * columns + column, Math.abs(change)]);
        }
      }
      const peak = changes.reduce((most, [, change]) => Math.max(most, change), 0);
      for (const [at, change] of changes) {
        if (peak > 0 && change >= MASK_FRACTION * peak) this.mask[at] = 1;
      }
    });
    this.centres.push({ x: x / pixelNm, y: y / pixelNm });
    if (label === null) return;
    const click = (nm: number, size: number) =>
      Math.min(size - 1, Math.max(0, Math.round(nm / pixelNm + CLICK * kernels.normal(random))));
    this.points.push({ x: click(x, columns), y: click(y, rows), label });
  }

  /** The scan that a microscope records of it. */
  record(name: string, microscope: Microscope): Surface {
    const { rows, columns, pixelNm, points, centres, mask } = this;
    const planes = record(this, microscope);
    return { name, planes, rows, columns, pixelNm, points, centres, mask };
  }
}

/** Cosine and sine of an angle in degrees. */
export function direction(kernels: Kernels, angleDeg: number): [cos: number, sin: number] {
  const angle = (angleDeg * Math.PI) / 180;
  return [kernels.cos(angle), kernels.sin(angle)];
}
