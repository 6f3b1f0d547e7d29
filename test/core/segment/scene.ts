import type { Levelled } from '../../../bindings/core/preprocess/levelled.ts';
import { Random } from '../../../bindings/core/random.ts';

export interface SceneOptions {
  rows?: number;
  columns?: number;
  /** Row spacing of the lattice. */
  period?: number;
  angle?: number;
  hexagonal?: boolean;
  noise?: number;
  seed?: number;
  /** Heights of the defects drawn, in units of the lattice's amplitude, one after the other. */
  heights?: readonly number[];
  count?: number;
  planes?: number;
  /** Displacement of the whole scene. */
  shift?: number;
}

/** A noisy lattice with round defects of one lattice row's width, and where they are. */
export function makeScene(options: SceneOptions = {}): { levelled: Levelled; truth: Uint8Array } {
  const { rows = 192, columns = 208, period = 6, angle = 0.6, noise = 0.3, seed = 3 } = options;
  const { heights = [], count = 25, planes = 1, hexagonal = false, shift = 0 } = options;
  const random = new Random(seed);
  const k = (2 * Math.PI) / period;
  const angles = hexagonal ? [angle, angle + Math.PI / 3, angle + (2 * Math.PI) / 3] : [angle];
  const lattice = (x: number, y: number) =>
    angles.reduce((sum, a) => sum + Math.cos(k * (x * Math.cos(a) + y * Math.sin(a))), 0) /
    angles.length;
  const defects =
    heights.length === 0
      ? []
      : Array.from({ length: count }, (_, i) => ({
          x: random.between(0, columns) + shift,
          y: random.between(0, rows) + shift,
          height: heights[i % heights.length],
        }));
  const truth = new Uint8Array(rows * columns);
  const clean = new Float32Array(rows * columns);
  const sigma = 0.6 * period;
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      let height = lattice(x - shift, y - shift);
      for (const defect of defects) {
        const r2 = (x - defect.x) ** 2 + (y - defect.y) ** 2;
        height += defect.height * Math.exp(-r2 / (2 * sigma * sigma));
        // Where the defect stands higher than the lattice's own waves.
        if (r2 < 2 * Math.log(Math.abs(defect.height)) * sigma * sigma) truth[y * columns + x] = 1;
      }
      clean[y * columns + x] = height;
    }
  }
  const noisy = () =>
    clean.map(
      (height) =>
        height + noise * (random.uniform() + random.uniform() + random.uniform() - 1.5) * 2,
    );
  const levelled = makeLevelled(Array.from({ length: planes }, noisy), rows, columns);
  return { levelled: { ...levelled, rowSpacingPx: period }, truth };
}

export function makeLevelled(planes: Float32Array[], rows: number, columns: number): Levelled {
  return {
    rows,
    columns,
    planes,
    heightUnit: 'arbitrary',
    valid: new Uint8Array(rows * columns).fill(1),
    pixelNm: null,
    scaleX: 1,
    scaleY: 1,
    steps: [],
    warnings: [],
  };
}

/** 2 |A and B| / (|A| + |B|) */
export function dice(a: Uint8Array, b: Uint8Array): number {
  let both = 0;
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    both += a[i] & b[i];
    sum += a[i] + b[i];
  }
  return (2 * both) / sum;
}

export function fractionOf(mask: Uint8Array): number {
  return mask.reduce((sum, value) => sum + value, 0) / mask.length;
}
