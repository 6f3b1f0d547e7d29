import { Canvas } from './canvas.ts';
import { Lattice, scatter } from './lattice.ts';
import type { MakeSurface } from './surface.ts';

const A = 0.246;

/**
 * Graphene: vacancies and substituted atoms of either sublattice, each in the threefold, root-3
 * interference that it scatters into the electrons around it.
 */
export const graphene: MakeSurface = (kernels, seed) => {
  const canvas = new Canvas(kernels, seed, 320, 19);
  const { random } = canvas;
  const lattice = new Lattice(canvas, A, A, 60, random.between(-20, 20));
  const three = (i: number, j: number) => canvas.wave(i) + canvas.wave(j) + canvas.wave(i + j);
  canvas.cover((x, y) => {
    const [i, j] = lattice.cell(x, y);
    return -0.009 * three(i, j);
  });
  const counts = {
    'vacancy A': 18,
    'vacancy B': 14,
    'substituted A': 12,
    'substituted B': 9,
    adatom: 8,
  };
  for (const { site, label } of scatter(canvas, lattice.sites(1.1), counts, 1.75)) {
    const strength = canvas.vary(0.12);
    const sublattice = label.endsWith('A') ? 1 : label.endsWith('B') ? -1 : 0;
    const third = (sublattice * 1) / 3;
    const centre = lattice.place(site.i + third, site.j + third);
    const decay = random.between(0.36, 0.46);
    canvas.place({
      ...centre,
      label,
      angleDeg: 0,
      reach: 1.7,
      shape: (u, v, image) => {
        const [i, j] = lattice.cell(centre.x + u, centre.y + v);
        const [p, q] = [i - site.i - third, j - site.j - third];
        // Root-3 waves have wave vectors of a third of the reciprocal lattice's; their phases tell the sublattice.
        const scattered =
          canvas.wave((p + 2 * q) / 3) +
          canvas.wave((2 * p + q) / 3) +
          canvas.wave((p - q) / 3 + 0.2 * sublattice);
        const threefold =
          canvas.gauss(u, v, 0.5) *
          lobes(canvas, u, v, lattice.angleDeg + 30 + (sublattice < 0 ? 180 : 0));
        const around = canvas.gauss(u, v, decay * 1.4);
        const wave = 0.008 * scattered * around;
        if (label === 'adatom') return strength * (0.05 * canvas.gauss(u, v, 0.2) + 0.4 * wave);
        const vacant = label.startsWith('vacancy');
        const core = vacant ? (image ? 0.03 : 0.045) : image ? 0.012 : 0.03;
        return (
          strength *
          (core * (0.6 * canvas.gauss(u, v, 0.16) + threefold) + (vacant ? 1 : 0.5) * wave)
        );
      },
    });
  }
  return canvas.record('graphene', {
    white: 0.004,
    wander: 0.004,
    lineOffset: 0.006,
    blur: 0.06,
    tipRadius: 0.8,
    tiltX: 0.2,
    tiltY: 0.15,
    hills: { height: 0.015, length: 4 },
    slowness: 0.2,
  });
};

/** Three lobes of radius 0.22 nm, the first at that angle, in a frame that is not turned. */
function lobes(canvas: Canvas, u: number, v: number, angleDeg: number): number {
  let sum = 0;
  for (let n = 0; n < 3; n++) {
    const angle = ((angleDeg + 120 * n) * Math.PI) / 180;
    sum += canvas.gauss(
      u - 0.22 * canvas.kernels.cos(angle),
      v - 0.22 * canvas.kernels.sin(angle),
      0.12,
    );
  }
  return sum;
}
