import { Canvas, direction } from './canvas.ts';
import { Lattice, scatter } from './lattice.ts';
import type { MakeSurface } from './surface.ts';

/** A hexagonal lattice with near twins: triangles that point up or down, one with a lobe more, mirror images. */
export const hexagonalTwins: MakeSurface = (kernels, seed) => {
  const canvas = new Canvas(kernels, seed, 300, 21);
  const { random } = canvas;
  const lattice = new Lattice(canvas, 0.36, 0.36, 60, 11 + random.between(-7, 7));
  canvas.cover((x, y) => {
    const [i, j] = lattice.cell(x, y);
    return 0.011 * (canvas.wave(i) + canvas.wave(j) + canvas.wave(i + j));
  });
  const counts = { up: 24, down: 20, 'up and one': 8, comma: 14, 'comma mirrored': 12 };
  const at = (degrees: number, radius: number) => {
    const [cos, sin] = direction(kernels, degrees);
    return [radius * cos, radius * sin];
  };
  const corners = {
    up: [at(-90, 0.3), at(30, 0.3), at(150, 0.3)],
    down: [at(90, 0.3), at(-30, 0.3), at(210, 0.3)],
    'up and one': [at(-90, 0.3), at(30, 0.3), at(150, 0.3), at(90, 0.36)],
    comma: [at(0, 0), at(0, 0.34), at(60, 0.36)],
    'comma mirrored': [at(0, 0), at(0, 0.34), at(-60, 0.36)],
  };
  for (const { site, label } of scatter(canvas, lattice.sites(1), counts, 1.6)) {
    const strength = canvas.vary(0.12);
    const lobes = corners[label].map(([u, v]) => ({
      u: u + 0.02 * kernels.normal(random),
      v: v + 0.02 * kernels.normal(random),
      height: canvas.vary(0.12),
    }));
    canvas.place({
      x: site.x,
      y: site.y,
      label,
      angleDeg: lattice.angleDeg,
      reach: 1.2,
      shape: (u, v, image) => {
        let height = label.startsWith('comma') ? 0 : -0.03 * canvas.gauss(u, v, 0.2);
        for (const lobe of lobes) {
          height +=
            (image ? 0.022 : 0.032) * lobe.height * canvas.gauss(u - lobe.u, v - lobe.v, 0.14);
        }
        return strength * height;
      },
    });
  }
  return canvas.record('hexagonal-twins', {
    white: 0.006,
    wander: 0.005,
    lineOffset: 0.006,
    blur: 0.09,
    tipRadius: 1,
    tiltX: 0.2,
    tiltY: 0.3,
    hills: { height: 0.008, length: 3 },
    slowness: 0.2,
  });
};
