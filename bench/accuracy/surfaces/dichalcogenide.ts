import { Canvas } from './canvas.ts';
import { Lattice, scatter } from './lattice.ts';
import type { MakeSurface } from './surface.ts';

const A = 0.32;

/**
 * A transition-metal dichalcogenide: chalcogen atoms missing in the upper or the lower layer, oxygen
 * in their place, and two charged substitutions whose halos bend the bands around them.
 */
export const dichalcogenide: MakeSurface = (kernels, seed) => {
  const canvas = new Canvas(kernels, seed, 300, 27);
  const { random } = canvas;
  const lattice = new Lattice(canvas, A, A, 60, random.between(-25, 25));
  canvas.cover((x, y, image) => {
    const [i, j] = lattice.cell(x, y);
    return (image ? 0.006 : 0.009) * (canvas.wave(i) + canvas.wave(j) + canvas.wave(i + j));
  });
  const counts = { 'upper vacancy': 30, 'lower vacancy': 16, oxygen: 18, acceptor: 9, donor: 7 };
  for (const { site, label } of scatter(canvas, lattice.sites(1.2), counts, 1.9)) {
    const strength = canvas.vary(0.14);
    const width = random.between(0.85, 1.15);
    canvas.place({
      x: site.x,
      y: site.y,
      label,
      angleDeg: lattice.angleDeg,
      reach: 3,
      shape: (u, v, image) => {
        switch (label) {
          case 'upper vacancy':
            return (
              strength *
              (-0.042 * canvas.gauss(u, v, 0.17) +
                (image ? 0.014 : 0.004) * canvas.gauss(u, v, 0.42))
            );
          case 'lower vacancy':
            return (
              strength *
              (-0.02 * canvas.gauss(u, v, 0.22) +
                (image ? 0.016 : 0.004) * canvas.gauss(u, v, 0.42))
            );
          case 'oxygen':
            return strength * -0.03 * canvas.gauss(u, v, 0.15);
          case 'acceptor':
            return (
              strength *
              ((image ? 0.012 : -0.035) * canvas.gauss(u, v, 0.75 * width) -
                0.012 * canvas.gauss(u, v, 0.2))
            );
          case 'donor':
            return (
              strength *
              ((image ? -0.008 : 0.035) * canvas.gauss(u, v, 0.75 * width) +
                0.012 * canvas.gauss(u, v, 0.2))
            );
        }
      },
    });
  }
  return canvas.record('dichalcogenide', {
    white: 0.005,
    wander: 0.004,
    lineOffset: 0.006,
    blur: 0.08,
    tipRadius: 1.2,
    tiltX: 0.3,
    tiltY: 0.25,
    hills: { height: 0.01, length: 5 },
    scars: 3,
  });
};
