import { angleDeg } from '../angle.ts';
import type { Kernels } from '../kernels.ts';
import type { LatticeFit, LatticeWave } from './estimate.ts';
import { type BlockGrid, blockAt } from './wave.ts';

const TURN = 2 * Math.PI;
/** Points per side of a cell at which its highest place is looked for. */
const STEPS = 24;

/** The lattice site nearest to a place, and where in its cell the place is. */
export interface LatticeSite {
  /** Steps along a and b from the site nearest to the picture's middle; j null where there are only rows. */
  i: number;
  j: number | null;
  /** What is left, in steps: -0.5..0.5. (0, 0) is where the lattice is highest. */
  u: number;
  v: number | null;
}

/** The site of a place, px of the picture that the lattice was estimated in. */
export type Locate = (x: number, y: number) => LatticeSite;

/**
 * How to tell the site of any place. Drift and creep bend a lattice; the phases of its waves, block
 * by block, say by how much.
 */
export function locator(kernels: Kernels, fit: LatticeFit): Locate {
  const { grid, first, second } = fit;
  const phases = fit.waves.map((wave) => phasesOf(kernels, fit, wave));
  const top = highest(kernels, fit, phases);
  const shift = displacements(fit, phases);
  const at = (x: number, y: number): [u: number, v: number] => {
    const b = blockAt(grid, x, y);
    const u = first.fx * x + first.fy * y + shift.u[b] - top.u;
    return [u, second ? second.fx * x + second.fy * y + shift.v[b] - top.v : 0];
  };
  const [middleI, middleJ] = at((grid.columns - 1) / 2, (grid.rows - 1) / 2).map(Math.round);
  return (x, y) => {
    const [u, v] = at(x, y);
    const [i, j] = [Math.round(u), Math.round(v)];
    return {
      i: i - middleI,
      j: second ? j - middleJ : null,
      u: u - i,
      v: second ? v - j : null,
    };
  };
}

/** Amplitude of a wave in each block (that of the whole picture first), as its part in the fit. */
interface Phases {
  amplitude: number;
  /** Phase of the whole picture, turns: height = amplitude cos 2 pi (h u + k v + phase). */
  phase: number;
  /** What is added to it in each block, turns, without jumps. */
  deviation: Float64Array;
}

/** Phase of a wave against its multiple of the fitted lattice. */
function phasesOf(kernels: Kernels, fit: LatticeFit, wave: LatticeWave): Phases {
  const { grid, first, second } = fit;
  const { h, k, frequency, map } = wave;
  const dx = frequency.fx - h * first.fx - k * (second?.fx ?? 0);
  const dy = frequency.fy - h * first.fy - k * (second?.fy ?? 0);
  const count = grid.down * grid.across;
  const turns = new Float64Array(count);
  let [sumRe, sumIm] = [0, 0];
  for (let b = 0; b < count; b++) {
    const { x, y } = centreOf(b, grid);
    turns[b] = dx * x + dy * y + angleDeg(kernels, map.re[0][b], map.im[0][b]) / 360;
    const amplitude = map.amplitude[b];
    sumRe += amplitude * kernels.cos(TURN * turns[b]);
    sumIm += amplitude * kernels.sin(TURN * turns[b]);
  }
  const phase = angleDeg(kernels, sumRe, sumIm) / 360;
  const deviation = turns.map((turn) => turn - phase - Math.round(turn - phase));
  unwrap(deviation, map.amplitude, grid);
  const [{ re, im }] = map.total;
  return { amplitude: Math.sqrt(re * re + im * im), phase, deviation };
}

function centreOf(b: number, { across, side }: BlockGrid): { x: number; y: number } {
  return {
    x: ((b % across) + 0.5) * side - 0.5,
    y: (Math.floor(b / across) + 0.5) * side - 0.5,
  };
}

/** Add whole turns, in place, so that neighbours differ little; from the strongest block outwards. */
function unwrap(turns: Float64Array, quality: Float64Array, { down, across }: BlockGrid): void {
  const from = new Int32Array(turns.length).fill(-1);
  const done = new Uint8Array(turns.length);
  let next = quality.indexOf(Math.max(...quality));
  while (next >= 0) {
    const b = next;
    done[b] = 1;
    if (from[b] >= 0) turns[b] -= Math.round(turns[b] - turns[from[b]]);
    const [r, c] = [Math.floor(b / across), b % across];
    if (c > 0) from[b - 1] = b;
    if (c + 1 < across) from[b + 1] = b;
    if (r > 0) from[b - across] = b;
    if (r + 1 < down) from[b + across] = b;
    next = -1;
    for (let i = 0; i < turns.length; i++) {
      if (!done[i] && from[i] >= 0 && (next < 0 || quality[i] > quality[next])) next = i;
    }
  }
}

/** Shift of the lattice in each block, in steps: least squares over its waves, by their power there. */
function displacements(fit: LatticeFit, phases: readonly Phases[]) {
  const count = fit.grid.down * fit.grid.across;
  const u = new Float64Array(count);
  const v = new Float64Array(count);
  for (let b = 0; b < count; b++) {
    let [hh, hk, kk, hd, kd] = [0, 0, 0, 0, 0];
    fit.waves.forEach(({ h, k, map }, i) => {
      const weight = map.re[0][b] * map.re[0][b] + map.im[0][b] * map.im[0][b];
      const d = phases[i].deviation[b];
      hh += weight * h * h;
      hk += weight * h * k;
      kk += weight * k * k;
      hd += weight * h * d;
      kd += weight * k * d;
    });
    const determinant = hh * kk - hk * hk;
    if (!fit.second) u[b] = hh > 0 ? hd / hh : 0;
    else if (determinant > 0) {
      u[b] = (kk * hd - hk * kd) / determinant;
      v[b] = (hh * kd - hk * hd) / determinant;
    }
  }
  return { u, v };
}

/** Where in a cell the sum of the waves is highest, in steps; waves of a superstructure do not count. */
function highest(kernels: Kernels, fit: LatticeFit, phases: readonly Phases[]) {
  let best = { u: 0, v: 0 };
  let most = -Infinity;
  for (let q = 0; q < (fit.second ? STEPS : 1); q++) {
    for (let p = 0; p < STEPS; p++) {
      const [u, v] = [p / STEPS, q / STEPS];
      let height = 0;
      fit.waves.forEach(({ h, k }, i) => {
        if (h !== Math.round(h) || k !== Math.round(k)) return;
        const { amplitude, phase } = phases[i];
        height += amplitude * kernels.cos(TURN * (h * u + k * v + phase));
      });
      if (height > most) {
        most = height;
        best = { u, v };
      }
    }
  }
  return best;
}
