import { Canvas } from './canvas.ts';
import { Lattice, scatter } from './lattice.ts';
import { ring } from './si-crowded.ts';
import type { MakeSurface } from './surface.ts';

/** An oblique lattice, crowded, with defects no higher than twice the noise of a pixel. */
export const lowSignal: MakeSurface = (kernels, seed) => {
  const canvas = new Canvas(kernels, seed, 288, 30);
  const { random } = canvas;
  const lattice = new Lattice(canvas, 0.52, 0.67, 104, random.between(-40, 40));
  canvas.cover((x, y) => {
    const [i, j] = lattice.cell(x, y);
    return 0.01 * canvas.wave(j) + 0.006 * canvas.wave(i) + 0.004 * canvas.wave(i + j);
  });
  const counts = { bright: 30, dark: 26, dumbbell: 12, ringed: 10, tail: 8 };
  for (const { site, label } of scatter(canvas, lattice.sites(1.1), counts, 1.75)) {
    const strength = canvas.vary(0.15);
    canvas.place({
      x: site.x,
      y: site.y,
      label,
      angleDeg: lattice.angleDeg,
      reach: 1.8,
      shape: (u, v, image) => {
        const scale = strength * 0.036 * (image ? 0.8 : 1);
        switch (label) {
          case 'bright':
            return scale * canvas.gauss(u, v, 0.28);
          case 'dark':
            return -scale * canvas.gauss(u, v, 0.3);
          case 'dumbbell':
            return scale * (canvas.gauss(u - 0.42, v, 0.25) + canvas.gauss(u + 0.42, v, 0.25));
          case 'ringed':
            return scale * (canvas.gauss(u, v, 0.25) - 0.5 * ring(canvas, u, v, 0.7, 0.2));
          case 'tail':
            return scale * (canvas.gauss(u, v, 0.26) - 0.7 * canvas.gauss(u, v - 0.6, 0.28));
        }
      },
    });
  }
  return canvas.record('low-signal', {
    white: 0.016,
    wander: 0.01,
    lineOffset: 0.012,
    blur: 0.12,
    tipRadius: 1.5,
    tiltX: 0.5,
    tiltY: 0.5,
    hum: { amplitude: 0.004, periods: 11.7 },
    scars: 6,
    slowness: 0.2,
  });
};
