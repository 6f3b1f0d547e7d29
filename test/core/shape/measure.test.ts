import { describe, expect, test } from 'vitest';
import { measureShape, type Relief } from '../../../bindings/core/shape/measure.ts';
import { createKernels } from '../../../bindings/node/instantiate.ts';

const kernels = createKernels();

/** A Gaussian bump, half-axes a and b at half its height, its long axis at an angle. */
interface Bump {
  x: number;
  y: number;
  a: number;
  b: number;
  angleDeg: number;
  height: number;
}

/** The bump on an undulating plane's level, its region all pixels above a quarter of its height. */
function relief(bump: Bump, size: number, pixel: [number, number] | null, level = 0): Relief {
  const heights = new Float32Array(size * size);
  const regionIds = new Int32Array(size * size);
  const angle = (bump.angleDeg * Math.PI) / 180;
  const [px, py] = pixel ?? [1, 1];
  for (let i = 0; i < heights.length; i++) {
    const dx = ((i % size) - bump.x) * px;
    const dy = (Math.floor(i / size) - bump.y) * py;
    const u = (dx * Math.cos(angle) + dy * Math.sin(angle)) / bump.a;
    const v = (dy * Math.cos(angle) - dx * Math.sin(angle)) / bump.b;
    const part = Math.exp(-Math.LN2 * (u * u + v * v));
    heights[i] = level + bump.height * part;
    regionIds[i] = part > 0.02 ? 1 : 0;
  }
  return {
    rows: size,
    columns: size,
    heights,
    heightUnit: 'nm',
    regionIds,
    pixelXNm: pixel?.[0] ?? null,
    pixelYNm: pixel?.[1] ?? null,
  };
}

function boxOf({ regionIds, columns }: Relief) {
  const inside = [...regionIds.keys()].filter((i) => regionIds[i] === 1);
  const xs = inside.map((i) => i % columns);
  const ys = inside.map((i) => Math.floor(i / columns));
  return {
    left: Math.min(...xs),
    right: Math.max(...xs),
    top: Math.min(...ys),
    bottom: Math.max(...ys),
  };
}

const bumps: Bump[] = [
  { x: 40, y: 38, a: 9, b: 5, angleDeg: 30, height: 0.1 },
  { x: 40, y: 41, a: 7, b: 6, angleDeg: -70, height: -0.08 },
  { x: 37, y: 40, a: 12, b: 4, angleDeg: 85, height: 0.03 },
  { x: 40, y: 40, a: 8, b: 4, angleDeg: 0, height: -0.2 },
];

describe('measureShape', () => {
  test.each(bumps)('measures an ellipse of $a x $b px at $angleDeg degrees', (bump) => {
    const scan = relief(bump, 80, null, 0.013);
    const shape = measureShape(kernels, scan, 1, boxOf(scan))!;
    const area = Math.PI * bump.a * bump.b;
    expect(Math.abs(shape.areaPx / area - 1)).toBeLessThan(0.02);
    expect(Math.abs(shape.height / bump.height - 1)).toBeLessThan(0.02);
    expect(Math.abs(shape.elongation! / (bump.a / bump.b) - 1)).toBeLessThan(0.02);
    expect(Math.abs(shape.orientationDeg! - bump.angleDeg)).toBeLessThan(1);
    expect(shape.contourNm).toBeNull();
    expect(shape.areaNm2).toBeNull();
    expect(shape.volumeNm3).toBeNull();
    expect(shape.boxNm).toBeNull();
  });

  test('works in nm where pixels are no squares', () => {
    const bump = { x: 39.3, y: 40.6, a: 0.9, b: 0.45, angleDeg: 40, height: 0.12 };
    const scan = relief(bump, 80, [0.08, 0.11], -0.02);
    const shape = measureShape(kernels, scan, 1, boxOf(scan))!;
    expect(Math.abs(shape.areaNm2! / (Math.PI * bump.a * bump.b) - 1)).toBeLessThan(0.02);
    expect(Math.abs(shape.orientationDeg! - 40)).toBeLessThan(1);
    expect(Math.abs(shape.elongation! - 2)).toBeLessThan(0.04);
    // The integral of the whole Gaussian, of which the region holds 98 %.
    const volume = (Math.PI * bump.a * bump.b * bump.height) / Math.LN2;
    expect(Math.abs(shape.volumeNm3! / volume - 1)).toBeLessThan(0.04);
    const width = shape.boxNm!.right - shape.boxNm!.left;
    const [cos, sin] = [Math.cos((40 * Math.PI) / 180), Math.sin((40 * Math.PI) / 180)];
    expect(width).toBeCloseTo(2 * Math.sqrt((0.9 * cos) ** 2 + (0.45 * sin) ** 2), 1);
    expect(shape.boxNm!.left).toBeCloseTo(shape.boxPx.left * 0.08, 9);
  });

  test('a pit inside a ring is a hole of its outline', () => {
    const size = 60;
    const scan = relief({ x: 30, y: 30, a: 9, b: 9, angleDeg: 0, height: 1 }, size, null);
    for (let i = 0; i < scan.heights.length; i++) {
      const r = Math.hypot((i % size) - 30, Math.floor(i / size) - 30);
      scan.heights[i] = Math.exp(-((r - 10) ** 2) / 8);
      scan.regionIds[i] = r < 18 ? 1 : 0;
    }
    const shape = measureShape(kernels, scan, 1, boxOf(scan))!;
    expect(shape.contourPx).toHaveLength(2);
    const half = 2 * Math.sqrt(2 * Math.LN2);
    const area = Math.PI * ((10 + half) ** 2 - (10 - half) ** 2);
    expect(Math.abs(shape.areaPx / area - 1)).toBeLessThan(0.02);
  });

  test('stays within the frame and off the neighbouring region', () => {
    const scan = relief({ x: 2, y: 30, a: 6, b: 6, angleDeg: 0, height: 1 }, 60, null);
    for (let i = 0; i < scan.heights.length; i++) {
      if (scan.regionIds[i] && Math.floor(i / 60) > 30) scan.regionIds[i] = 2;
    }
    const shape = measureShape(kernels, scan, 1, boxOf(scan))!;
    expect(shape.boxPx.left).toBeGreaterThanOrEqual(-0.5);
    expect(shape.boxPx.bottom).toBeLessThan(31);
    expect(shape.boxPx.top).toBeCloseTo(24, 0);
  });

  test('where nothing departs there is no shape', () => {
    const scan = relief({ x: 30, y: 30, a: 6, b: 6, angleDeg: 0, height: 0 }, 60, null, 0.5);
    expect(measureShape(kernels, scan, 1, boxOf(scan))).toBeNull();
  });
});
