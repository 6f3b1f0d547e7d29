import { Canvas, direction } from './canvas.ts';
import { Lattice, scatter } from './lattice.ts';
import type { MakeSurface } from './surface.ts';

/** A close-packed metal: hardly any atoms to be seen, and the ridges of its reconstruction. */
function metal(canvas: Canvas): Lattice {
  const { random } = canvas;
  const lattice = new Lattice(canvas, 0.288, 0.288, 60, random.between(-15, 15));
  const bend = random.between(5, 7);
  canvas.cover((x, y) => {
    const [i, j] = lattice.cell(x, y);
    // Pairs of ridges 6.3 nm apart that turn by 120 degrees every few nm: the herringbone.
    const zigzag = Math.abs(y / bend - 2 * Math.floor(y / bend / 2) - 1);
    const across = (x + 0.577 * bend * 2 * zigzag) / 6.3;
    const ridges = canvas.wave(across) + 0.5 * canvas.wave(2 * across + 0.1);
    return 0.007 * ridges + 0.0015 * (canvas.wave(i) + canvas.wave(j) + canvas.wave(i + j));
  });
  return lattice;
}

/** Cross-shaped molecules: in two azimuths, with a lobe missing, with a metal atom in the centre or without. */
export const crosses: MakeSurface = (kernels, seed) => {
  const canvas = new Canvas(kernels, seed, 320, 50);
  const { random } = canvas;
  const lattice = metal(canvas);
  const counts = {
    metal: 26,
    'metal, turned': 16,
    'metal-free': 18,
    'metal-free, turned': 9,
    'three lobes': 12,
  };
  for (const { site, label } of scatter(canvas, lattice.sites(1.8), counts, 2.9)) {
    const strength = canvas.vary(0.1);
    const turned = label.endsWith('turned') || (label === 'three lobes' && random.uniform() < 0.3);
    const missing = label === 'three lobes' ? random.below(4) : -1;
    const centre = label.startsWith('metal-free') ? -0.035 : 0.05;
    const lobes = [0, 1, 2, 3].map((n) => {
      const [cos, sin] = direction(kernels, 90 * n);
      return { u: 0.58 * cos, v: 0.58 * sin, height: n === missing ? 0.2 : canvas.vary(0.08) };
    });
    canvas.place({
      x: site.x,
      y: site.y,
      label,
      angleDeg: lattice.angleDeg + (turned ? 30 : 0) + 2 * kernels.normal(random),
      reach: 1.8,
      shape: (u, v, image) => {
        let height =
          0.03 * canvas.gauss(u, v, 0.5) + (image ? 0.7 : 1) * centre * canvas.gauss(u, v, 0.22);
        for (const lobe of lobes)
          height += 0.08 * lobe.height * canvas.gauss(u - lobe.u, v - lobe.v, 0.24);
        return strength * height;
      },
    });
  }
  return canvas.record('crosses', {
    white: 0.007,
    wander: 0.008,
    lineOffset: 0.01,
    blur: 0.16,
    tipRadius: 2,
    secondTip: { x: -0.45, y: 0.15, shorter: 0.06 },
    tiltX: 0.7,
    tiltY: 0.4,
    scars: 8,
    slowness: 0.3,
  });
};

/** A molecule and its mirror image, pairs of them, and one that has lost an end. */
export const chiral: MakeSurface = (kernels, seed) => {
  const canvas = new Canvas(kernels, seed, 300, 42);
  const { random } = canvas;
  const lattice = metal(canvas);
  const counts = { left: 26, right: 20, pair: 10, broken: 8 };
  for (const { site, label } of scatter(canvas, lattice.sites(1.7), counts, 2.8)) {
    const strength = canvas.vary(0.1);
    const hand = label === 'right' ? -1 : 1;
    const bend = random.between(0.3, 0.38);
    const one = (u: number, v: number) => {
      const ends = label === 'broken' ? 0.15 : 1;
      return (
        0.07 * canvas.gauss(u, v, 0.42, 0.2) +
        0.06 * canvas.gauss(u - 0.6, v - hand * bend, 0.22) +
        0.06 * ends * canvas.gauss(u + 0.6, v + hand * bend, 0.22)
      );
    };
    canvas.place({
      x: site.x,
      y: site.y,
      label,
      angleDeg: lattice.angleDeg + 20 + 4 * kernels.normal(random),
      reach: 2,
      shape: (u, v, image) =>
        strength *
        (image ? 0.85 : 1) *
        (label === 'pair' ? one(u - 0.15, v - 0.4) + one(u + 0.15, v + 0.4) : one(u, v)),
    });
  }
  return canvas.record('chiral', {
    white: 0.009,
    wander: 0.01,
    lineOffset: 0.012,
    blur: 0.17,
    blurY: 0.13,
    tipRadius: 2,
    tiltX: -0.5,
    tiltY: 0.4,
    tipChange: 0.62,
    scars: 10,
    slowness: 0.35,
  });
};

/** Small rods of two lengths, small round molecules, and rods that lie side by side. */
export const rods: MakeSurface = (kernels, seed) => {
  const canvas = new Canvas(kernels, seed, 256, 40);
  const { random } = canvas;
  const lattice = metal(canvas);
  const counts = { short: 24, long: 18, round: 30, 'side by side': 8 };
  for (const { site, label } of scatter(canvas, lattice.sites(1.6), counts, 2.3)) {
    const strength = canvas.vary(0.14);
    const half = label === 'long' ? 0.5 : label === 'round' ? 0 : 0.32;
    const apart = label === 'side by side' ? 0.34 : 0;
    const rod = (u: number, v: number) =>
      canvas.gauss(u - half, v, 0.22) +
      canvas.gauss(u + half, v, 0.22) +
      0.5 * canvas.gauss(u, v, 0.22);
    canvas.place({
      x: site.x,
      y: site.y,
      label,
      angleDeg: lattice.angleDeg + 50 + 12 * kernels.normal(random),
      reach: 1.7,
      shape: (u, v, image) => {
        const height = apart ? 0.9 * (rod(u, v - apart) + rod(u, v + apart)) : rod(u, v);
        return strength * (image ? 0.8 : 1) * (label === 'round' ? 0.025 : 0.05) * height;
      },
    });
  }
  return canvas.record('rods', {
    white: 0.008,
    wander: 0.01,
    lineOffset: 0.014,
    blur: 0.15,
    tipRadius: 2,
    secondTip: { x: 0.35, y: -0.35, shorter: 0.04 },
    tiltX: 0.9,
    tiltY: -0.3,
    scars: 6,
    slowness: 0.3,
  });
};
