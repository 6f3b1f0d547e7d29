import { Canvas } from './canvas.ts';
import { Lattice, scatter } from './lattice.ts';
import type { MakeSurface } from './surface.ts';

/** Rows with missing units: one, two or three along a row, or two side by side on neighbouring rows. */
export const vacancyChains: MakeSurface = (kernels, seed) => {
  const canvas = new Canvas(kernels, seed, 288, 30);
  const { random } = canvas;
  const lattice = new Lattice(canvas, 0.45, 0.92, 78, 21 + random.between(-6, 6));
  canvas.cover((x, y) => {
    const [i, j] = lattice.cell(x, y);
    return 0.03 * canvas.wave(j) + 0.012 * canvas.wave(i) * (1 + canvas.wave(j));
  });
  const counts = { single: 36, double: 16, triple: 9, 'side by side': 7 };
  for (const { site, label } of scatter(canvas, lattice.sites(1.3), counts, 1.9)) {
    const strength = canvas.vary(0.15);
    const relaxed = random.between(0, 0.5);
    const length = label === 'double' ? 2 : label === 'triple' ? 3 : 1;
    const offset = lattice.place(site.i, site.j + 1);
    const [dx, dy] = [offset.x - site.x, offset.y - site.y];
    const [cos, sin] = [
      kernels.cos((lattice.angleDeg * Math.PI) / 180),
      kernels.sin((lattice.angleDeg * Math.PI) / 180),
    ];
    const [pu, pv] = [dx * cos + dy * sin, dy * cos - dx * sin];
    const units =
      label === 'side by side'
        ? [
            [-pu / 2, -pv / 2],
            [pu / 2, pv / 2],
          ]
        : Array.from({ length }, (_, n) => [(n - (length - 1) / 2) * 0.45, 0]);
    const shiftU = label === 'double' ? 0.225 : label === 'side by side' ? pu / 2 : 0;
    const shiftV = label === 'side by side' ? pv / 2 : 0;
    canvas.place({
      x: site.x + shiftU * cos - shiftV * sin,
      y: site.y + shiftU * sin + shiftV * cos,
      label,
      angleDeg: lattice.angleDeg,
      reach: 2,
      shape: (u, v, image) => {
        let height = 0;
        for (const [cu, cv] of units) height -= 0.055 * canvas.gauss(u - cu, v - cv, 0.2, 0.24);
        const ends = (length * 0.45) / 2 + 0.2;
        height +=
          0.02 * relaxed * (canvas.gauss(u - ends, v, 0.2) + canvas.gauss(u + ends, v, 0.2));
        return strength * (image ? 0.75 : 1) * height;
      },
    });
  }
  return canvas.record('vacancy-chains', {
    white: 0.008,
    wander: 0.007,
    lineOffset: 0.01,
    blur: 0.15,
    tipRadius: 1.2,
    secondTip: { x: 0.3, y: 0.2, shorter: 0.03 },
    tiltX: -0.4,
    tiltY: 0.6,
    hum: { amplitude: 0.003, periods: 7.3 },
    scars: 3,
  });
};
