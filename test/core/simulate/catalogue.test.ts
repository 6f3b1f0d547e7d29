import { describe, expect, it } from 'vitest';
import { estimateLattices } from '../../../bindings/core/lattice/estimate.ts';
import { catalogue, catalogueNames } from '../../../bindings/core/simulate/catalogue.ts';
import { simulateScene } from '../../../bindings/core/simulate/scene.ts';
import { createKernels } from '../../../bindings/node/instantiate.ts';

const kernels = createKernels();

describe.each(catalogueNames)('%s', (surface) => {
  const entries = catalogue[surface];
  const scene = (seed: number, plain = true) =>
    simulateScene(kernels, { surface, seed, rows: 224, columns: 224, plain });

  it('has the row spacing of the catalogue, in any direction', () => {
    const angles = [1, 2, 3, 4].map((seed) => {
      const made = scene(seed);
      expect(made.rowSpacingPx * made.pixelNm).toBeCloseTo(entries.rowNm, 9);
      const { a } = made.lattice;
      expect(Math.hypot(a.x, a.y) * made.pixelNm).toBeCloseTo(entries.alongNm, 9);
      return Math.atan2(a.y, a.x);
    });
    expect(Math.max(...angles) - Math.min(...angles)).toBeGreaterThan(0.3);
  });

  it('shows at least three of its defects, by their names', () => {
    const { classes, defects } = scene(5);
    const known = entries.defects.map(({ name }) => name);
    for (const { name } of classes) expect(known).toContain(name);
    expect(new Set(defects.map((defect) => defect.class)).size).toBeGreaterThanOrEqual(3);
  });

  it('keeps to the pixel asked for', () => {
    const made = simulateScene(kernels, {
      surface,
      seed: 1,
      rows: 64,
      columns: 64,
      pixelNm: 0.15,
    });
    expect(made.pixelNm).toBeCloseTo(0.15, 12);
    expect(made.rowSpacingPx).toBeCloseTo(entries.rowNm / 0.15, 9);
  });
});

describe('a lattice estimated from a simulated surface', () => {
  it.each(['si001', 'si001-h', 'tio2-110'] as const)('%s has its rows', (surface) => {
    const { planes, rows, columns, rowSpacingPx } = simulateScene(kernels, {
      surface,
      seed: 3,
      rows: 256,
      columns: 256,
      plain: true,
      coverage: 0.01,
    });
    const valid = new Uint8Array(rows * columns).fill(1);
    const [{ a, b }] = estimateLattices(kernels, { planes, rows, columns, valid });
    const lengths = [a, ...(b ? [b] : [])].map(({ x, y }) => Math.hypot(x, y));
    // Where only rows are seen, a leads from one to the next.
    const spacing = b ? Math.abs(a.x * b.y - a.y * b.x) / Math.min(...lengths) : lengths[0];
    // Drift shears the frame by as much as two per cent.
    expect(Math.abs(spacing / rowSpacingPx - 1)).toBeLessThan(0.025);
  });
});

it('rows of Si(001) turn by a quarter from terrace to terrace, and defects with them', () => {
  const seeds = [1, 2, 3, 4, 5, 6, 7, 8];
  const directions = seeds.map((seed) => {
    const made = simulateScene(kernels, { surface: 'si001', seed, rows: 256, columns: 256 });
    const line = made.classes.findIndex(({ name }) => name === 'vacancy-line');
    const { a } = made.lattice;
    const along = Math.hypot(a.x, a.y);
    const shares = made.defects.flatMap((defect, number) => {
      if (defect.class !== line) return [];
      let [s, t, n] = [0, 0, 0];
      made.instance.forEach((id, at) => {
        if (id !== number + 1) return;
        const dx = (at % 256) - defect.x;
        const dy = Math.floor(at / 256) - defect.y;
        s += ((dx * a.x + dy * a.y) / along) ** 2;
        t += ((dy * a.x - dx * a.y) / along) ** 2;
        n++;
      });
      return n > 6 ? [s > 1.5 * t ? 'along' : t > 1.5 * s ? 'across' : 'neither'] : [];
    });
    return { stepped: made.steps.includes(1), shares: new Set(shares) };
  });
  expect(directions.some(({ shares }) => shares.has('along') && shares.has('across'))).toBe(true);
  for (const { stepped, shares } of directions) {
    if (!stepped) expect(shares.has('across')).toBe(false);
  }
});
