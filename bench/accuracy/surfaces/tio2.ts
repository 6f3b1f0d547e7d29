import { Canvas } from './canvas.ts';
import { Lattice, scatter } from './lattice.ts';
import type { MakeSurface } from './surface.ts';

const ROW = 0.649;
const CELL = 0.296;

/** TiO2(110): oxygen vacancies, hydroxyls and pairs of them on dark rows, water on bright ones, features below. */
export const tio2: MakeSurface = (kernels, seed) => {
  const canvas = new Canvas(kernels, seed, 320, 19);
  const { random } = canvas;
  const lattice = new Lattice(canvas, CELL, ROW, 90, 92 + random.between(-4, 4));
  canvas.cover((x, y) => {
    const [i, j] = lattice.cell(x, y);
    return 0.05 * canvas.wave(j) + 0.006 * canvas.wave(i) * (1 + canvas.wave(j));
  });
  const onDark = { vacancy: 26, hydroxyl: 20, pair: 9 };
  const onBright = { water: 8 };
  const anywhere = { subsurface: 7 };
  const taken: { x: number; y: number }[] = [];
  const drawn = [
    ...scatter(canvas, lattice.sites(0.9, 0, 0.5), onDark, 1.3, taken),
    ...scatter(canvas, lattice.sites(0.9, 0.5, 0), onBright, 1.3, taken),
    ...scatter(canvas, lattice.sites(0.9, 0, 0.25), anywhere, 1.3, taken),
  ];
  for (const { site, label } of drawn) {
    const strength = canvas.vary(0.16);
    canvas.place({
      x: site.x,
      y: site.y,
      label,
      angleDeg: lattice.angleDeg,
      reach: 1.8,
      shape: (u, v, image) => {
        const scale = strength * (image ? 0.85 : 1);
        switch (label) {
          case 'vacancy':
            return (
              scale *
              (0.075 * canvas.gauss(u, v, 0.13, 0.24) -
                0.012 * canvas.gauss(Math.abs(u) - 0.35, v, 0.12, 0.2))
            );
          case 'hydroxyl':
            return scale * 0.105 * canvas.gauss(u, v, 0.18, 0.2);
          case 'pair':
            return (
              scale *
              0.105 *
              (canvas.gauss(u - 0.17, v, 0.18, 0.2) + canvas.gauss(u + 0.17, v, 0.18, 0.2))
            );
          case 'water':
            return scale * 0.11 * canvas.gauss(u, v, 0.2, 0.2);
          case 'subsurface':
            return (
              scale * (0.05 * canvas.gauss(u, v, 0.5, 0.5) - 0.01 * canvas.gauss(u, v, 0.9, 0.9))
            );
        }
      },
    });
  }
  return canvas.record('tio2', {
    white: 0.008,
    wander: 0.012,
    lineOffset: 0.02,
    blur: 0.1,
    tipRadius: 1,
    tiltX: 0.3,
    tiltY: -0.4,
    hills: { height: 0.012, length: 1.6 },
    scars: 4,
    slowness: 0.3,
  });
};
