import { Canvas } from './canvas.ts';
import { Lattice, scatter } from './lattice.ts';
import type { MakeSurface } from './surface.ts';

/** A rock-salt film, one kind of ion visible: faint substitutions on either kind of site, missing ions, colour centres. */
export const rockSalt: MakeSurface = (kernels, seed) => {
  const canvas = new Canvas(kernels, seed, 288, 23);
  const { random } = canvas;
  const lattice = new Lattice(canvas, 0.4, 0.4, 90, random.between(15, 40));
  canvas.cover((x, y) => {
    const [i, j] = lattice.cell(x, y);
    return 0.012 * (canvas.wave(i) + canvas.wave(j)) + 0.003 * canvas.wave(i + j);
  });
  const onIons = { 'larger ion': 26, 'smaller ion': 20, missing: 12 };
  const between = { 'other ion': 14, 'colour centre': 8 };
  const taken: { x: number; y: number }[] = [];
  const drawn = [
    ...scatter(canvas, lattice.sites(1), onIons, 1.6, taken),
    ...scatter(canvas, lattice.sites(1, 0.5, 0.5), between, 1.6, taken),
  ];
  for (const { site, label } of drawn) {
    const strength = canvas.vary(0.18);
    canvas.place({
      x: site.x,
      y: site.y,
      label,
      angleDeg: lattice.angleDeg,
      reach: 1.4,
      shape: (u, v, image) => {
        const neighbours =
          canvas.gauss(Math.abs(u) - 0.4, v, 0.12) + canvas.gauss(u, Math.abs(v) - 0.4, 0.12);
        switch (label) {
          case 'larger ion':
            return strength * ((image ? 0.014 : 0.022) * canvas.gauss(u, v, 0.15));
          case 'smaller ion':
            return strength * ((image ? -0.014 : -0.02) * canvas.gauss(u, v, 0.14));
          case 'missing':
            return strength * (-0.034 * canvas.gauss(u, v, 0.15) - 0.007 * neighbours);
          case 'other ion':
            return strength * (image ? -0.01 : 0.02) * canvas.gauss(u, v, 0.18);
          case 'colour centre':
            return strength * (image ? 0.026 : 0.02) * canvas.gauss(u, v, 0.28);
        }
      },
    });
  }
  return canvas.record('rock-salt', {
    white: 0.005,
    wander: 0.004,
    lineOffset: 0.006,
    blur: 0.09,
    tipRadius: 1,
    tiltX: -0.2,
    tiltY: 0.3,
    hills: { height: 0.006, length: 4 },
    slowness: 0.25,
  });
};
