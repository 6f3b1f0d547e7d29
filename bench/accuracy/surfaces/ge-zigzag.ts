import { Canvas } from './canvas.ts';
import { Lattice, scatter } from './lattice.ts';
import type { MakeSurface } from './surface.ts';

const ROW = 0.8;
const DIMER = 0.4;

/** Ge(001): patches of c(4x2) zig-zag beside plain 2x1, three shapes of fragments, and missing dimers. */
export const geZigzag: MakeSurface = (kernels, seed) => {
  const canvas = new Canvas(kernels, seed, 320, 36);
  const { random } = canvas;
  const lattice = new Lattice(canvas, DIMER, ROW, 90, 48 + random.between(-5, 5));
  const waves = Array.from({ length: 5 }, () => [
    random.between(-0.09, 0.09),
    random.between(-0.09, 0.09),
    random.uniform(),
  ]);
  /** 1 where buckling is frozen, 0 where dimers flip and look straight. */
  const frozen = (x: number, y: number) => {
    const sum = waves.reduce(
      (total, [kx, ky, phase]) => total + canvas.wave(kx * x + ky * y + phase),
      0,
    );
    return 1 / (1 + kernels.exp(-4 * (sum + 0.3)));
  };
  const buckle = (i: number, j: number) => canvas.wave(i / 2 + Math.floor(j + 0.5) / 2);
  canvas.cover((x, y, image) => {
    const [i, j] = lattice.cell(x, y);
    const v = (j - Math.floor(j + 0.5)) * ROW;
    const sway = 0.14 * frozen(x, y) * buckle(i, j) * (image ? -1 : 1);
    const row = canvas.gauss(0, v - sway, 1, 0.19);
    return row * ((image ? 0.045 : 0.06) + 0.008 * canvas.wave(i));
  });
  const counts = { 'one lobe': 22, 'two lobes': 14, bridge: 12, vacancy: 34, 'vacancy pair': 8 };
  for (const { site, label } of scatter(canvas, lattice.sites(1.4), counts, 1.85)) {
    const strength = canvas.vary(0.15);
    const side = random.uniform() < 0.5 ? -1 : 1;
    const lobe = (u: number, v: number, a: number, b: number) =>
      canvas.gauss(u - a, v - b, 0.2, 0.22);
    canvas.place({
      x: site.x,
      y: site.y,
      label,
      angleDeg: lattice.angleDeg,
      reach: 1.8,
      shape: (u, v, image) => {
        const bright = image ? 0.022 : 0.075;
        switch (label) {
          case 'one lobe':
            return (
              strength * (bright * lobe(u, v, 0, side * 0.17) - 0.04 * lobe(u, v, 0, -side * 0.2))
            );
          case 'two lobes':
            return (
              strength *
                bright *
                (lobe(u, v, -0.2, side * 0.17) + 0.85 * lobe(u, v, 0.2, side * 0.17)) -
              0.02 * lobe(u, v, 0, -side * 0.2)
            );
          case 'bridge':
            return (
              strength *
              (bright * (lobe(u, v, 0, 0.4) + 0.3 * lobe(u, v, 0, 0.1)) -
                0.03 * lobe(u, v, 0, -0.1))
            );
          case 'vacancy':
            return -0.06 * strength * canvas.gauss(u, v, 0.2, 0.27);
          case 'vacancy pair':
            return -0.065 * strength * canvas.gauss(Math.max(0, Math.abs(u) - 0.2), v, 0.2, 0.27);
        }
      },
    });
  }
  return canvas.record('ge-zigzag', {
    white: 0.006,
    wander: 0.006,
    lineOffset: 0.015,
    blur: 0.12,
    blurY: 0.15,
    tipRadius: 1.5,
    tiltX: 0.5,
    tiltY: 0.7,
    hills: { height: 0.006, length: 6 },
    scars: 4,
    slowness: 0.25,
  });
};
