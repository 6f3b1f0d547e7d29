import { Canvas } from './canvas.ts';
import { Lattice, scatter } from './lattice.ts';
import type { MakeSurface } from './surface.ts';

const ROW = 0.768;
const DIMER = 0.384;

/**
 * Si(001)-H, crowded: missing dimers alone, in twos and in lines along the rows; dangling bonds with
 * and without a dark ring; fragments that are faint and bright at one bias, dark at the other.
 */
export const siCrowded: MakeSurface = (kernels, seed) => {
  const canvas = new Canvas(kernels, seed, 352, 66);
  const { random } = canvas;
  const lattice = new Lattice(canvas, DIMER, ROW, 90, -36 + random.between(-4, 4));
  canvas.cover((x, y, image) => {
    const [i, j] = lattice.cell(x, y);
    const rows = canvas.wave(j) + 0.18 * canvas.wave(2 * j);
    return (image ? 0.013 : 0.024) * rows * (1 + 0.06 * canvas.wave(i));
  });
  const counts = {
    vacancy: 40,
    pair: 16,
    line: 22,
    ringed: 10,
    bright: 9,
    fragment: 14,
    other: 40,
  };
  for (const { site, label } of scatter(canvas, lattice.sites(1.6), counts, 1.75)) {
    const strength = canvas.vary(0.13);
    const side = random.uniform() < 0.5 ? -1 : 1;
    const length = label === 'pair' ? 2 : label === 'line' ? 3 + random.below(4) : 1;
    const hole = (u: number, v: number) => trough(canvas, u, v, (length * DIMER) / 2);
    const shape = (u: number, v: number, image: number) => {
      switch (label) {
        case 'vacancy':
        case 'pair':
        case 'line': {
          const rim =
            length > 2 ? 0.02 * canvas.gauss(u, Math.abs(v) - 0.55, 0.2 * length, 0.16) : 0;
          return strength * ((image ? -0.07 : -0.1) * hole(u, v) + rim);
        }
        case 'ringed': {
          const core = (image ? 0.11 : 0.05) * canvas.gauss(u, v - side * 0.1, 0.3);
          return strength * (core - (image ? 0.015 : 0.04) * ring(canvas, u, v, 0.85, 0.22));
        }
        case 'bright':
          return strength * (image ? 0.1 : 0.06) * canvas.gauss(u, v - side * 0.1, 0.34, 0.3);
        case 'fragment': {
          const lobes =
            canvas.gauss(u - 0.19, v - side * 0.14, 0.24) +
            0.8 * canvas.gauss(u + 0.19, v - side * 0.14, 0.24);
          return strength * (image ? -0.045 : 0.032) * lobes;
        }
        default: // disturbed dimers that nobody names
          return strength * side * 0.022 * canvas.gauss(u, v, 0.2, 0.25);
      }
    };
    canvas.place({
      x: site.x,
      y: site.y,
      label: label === 'other' ? null : label,
      angleDeg: lattice.angleDeg,
      reach: 2.6,
      shape,
    });
  }
  return canvas.record('si-crowded', {
    white: 0.006,
    wander: 0.006,
    lineOffset: 0.012,
    blur: 0.14,
    tipRadius: 2,
    hills: { height: 0.008, length: 7 },
    tiltX: 0.8,
    tiltY: -0.5,
    scars: 6,
    slowness: 0.2,
  });
};

/** 1 within half a length along u and a row's width along v, with soft walls. */
function trough(canvas: Canvas, u: number, v: number, half: number): number {
  const beyond = Math.max(0, Math.abs(u) - half + 0.1);
  return canvas.gauss(beyond, v, 0.16, 0.24);
}

/** A ring of that radius and thickness. */
export function ring(canvas: Canvas, u: number, v: number, radius: number, width: number): number {
  return canvas.gauss(Math.sqrt(u * u + v * v) - radius, 0, width);
}
