import { describe, expect, it } from 'vitest';
import { Random } from '../../../bindings/core/random.ts';
import { nearestSite, randomLattice } from '../../../bindings/core/simulate/lattice.ts';
import { equivalentTurns, randomClasses } from '../../../bindings/core/simulate/motif.ts';
import { motifDistance } from '../../../bindings/core/simulate/motif-distance.ts';
import { placeOnLattice } from '../../../bindings/core/simulate/place.ts';
import { simulateScene } from '../../../bindings/core/simulate/scene.ts';
import { Tables } from '../../../bindings/core/simulate/tables.ts';
import { Warp } from '../../../bindings/core/simulate/warp.ts';
import { createKernels } from '../../../bindings/node/instantiate.ts';

const kernels = createKernels();
const tables = new Tables(kernels);
const still = (rows: number, columns: number) =>
  new Warp(
    rows,
    columns,
    () => 0,
    () => 0,
  );
const bytes = (values: Float32Array) => Buffer.from(values.buffer);

describe('a simulated scene', () => {
  const options = { surface: 'random', seed: 7, rows: 96, columns: 128 } as const;

  it('is the same for the same seed and another one for the next', () => {
    const one = simulateScene(kernels, options);
    const again = simulateScene(kernels, options);
    const next = simulateScene(kernels, { ...options, seed: 8 });
    for (const channel of [0, 1]) {
      expect(bytes(one.planes[channel]).equals(bytes(again.planes[channel]))).toBe(true);
      expect(bytes(one.planes[channel]).equals(bytes(next.planes[channel]))).toBe(false);
    }
    expect(again.defects).toEqual(one.defects);
  });

  it('is finite, and its truth agrees with itself', () => {
    for (let seed = 0; seed < 6; seed++) {
      const scene = simulateScene(kernels, { ...options, seed, plain: seed % 2 === 0 });
      const { defects, mask, channelMasks, instance, classes } = scene;
      if (seed % 2 === 0) expect(scene.planes[0].every(Number.isFinite)).toBe(true);
      const shown = new Set<number>();
      for (let i = 0; i < mask.length; i++) {
        expect(mask[i]).toBe(channelMasks[0][i] | channelMasks[1][i]);
        expect(instance[i] > 0).toBe(mask[i] === 1);
        shown.add(instance[i]);
      }
      expect(Math.max(...instance)).toBeLessThanOrEqual(defects.length);
      for (const defect of defects) {
        expect(classes[defect.class]).toBeDefined();
        expect(defect.x).toBeGreaterThan(0);
        expect(defect.y).toBeLessThan(scene.rows);
        expect(defect.sizePx).toBeGreaterThan(0);
      }
      expect(defects.map(({ y }) => y)).toEqual(defects.map(({ y }) => y).sort((a, b) => a - b));
    }
  });

  it('tells at which line the tip changed, if it did before the scan ended', () => {
    const scenes = Array.from({ length: 60 }, (_, seed) =>
      simulateScene(kernels, { surface: 'random', seed, rows: 64, columns: 64 }),
    );
    const changed = scenes.filter(({ tipChange }) => tipChange !== null);
    expect(changed.length).toBeGreaterThan(3);
    expect(changed.length).toBeLessThan(25);
    for (const { tipChange, disturbed } of changed) {
      // The line itself is lost from some pixel on to its end.
      expect(disturbed[tipChange! * 64 + 63]).toBe(1);
      expect(tipChange! >= 0.15 * 64 - 1 && tipChange! <= 0.85 * 64 + 1).toBe(true);
      expect(disturbed.subarray(64 * (tipChange! + 1)).includes(0)).toBe(true);
    }
    expect(simulateScene(kernels, { ...options, plain: true }).tipChange).toBeNull();
  });

  it('refuses what it cannot make', () => {
    expect(() => simulateScene(kernels, { ...options, rows: 3 })).toThrow(/rows to be 32 to 8192/);
    expect(() => simulateScene(kernels, { ...options, seed: 0.5 })).toThrow(/whole number as seed/);
    expect(() => simulateScene(kernels, { ...options, coverage: 2 })).toThrow(/coverage of 0 to 1/);
    expect(() => simulateScene(kernels, { ...options, pixelNm: 0 })).toThrow(/larger than 0 nm/);
  });
});

describe('the mask', () => {
  /**
   * Every part has a generator of its own, so the same seed with no defects differs by them alone,
   * and by what they do to the lines' medians: that is the same for most of a line.
   */
  function withAndWithout(seed: number) {
    const options = { surface: 'random', seed, rows: 192, columns: 192, plain: true } as const;
    const scene = simulateScene(kernels, { ...options, coverage: 0.004 });
    const bare = simulateScene(kernels, { ...options, coverage: 0 });
    const change = scene.planes.map((plane, c) => {
      const off = plane.map((height, i) => height - bare.planes[c][i]);
      const shift = Array.from({ length: 192 }, (_, row) => {
        return off.slice(row * 192, (row + 1) * 192).sort()[96];
      });
      return off.map((height, i) => Math.abs(height - shift[Math.floor(i / 192)]));
    });
    return { scene, change };
  }

  it('is what a defect changes by more than a third of its largest change', () => {
    let checked = 0;
    for (let seed = 20; seed < 40; seed++) {
      const { scene, change } = withAndWithout(seed);
      const { defects, channelMasks, rows, columns, rowSpacingPx } = scene;
      const near = 4 * rowSpacingPx;
      for (const defect of defects) {
        const border = Math.min(defect.x, defect.y, columns - defect.x, rows - defect.y);
        const alone = defects.every(
          (other) =>
            other === defect || Math.hypot(other.x - defect.x, other.y - defect.y) > 2 * near,
        );
        if (!alone || border < near || defect.sizePx > near) continue;
        // Heights of the two channels are not comparable, but in one of them lies the peak.
        const exact = [0, 1].map((c) => {
          let [peak, least, most] = [0, Infinity, 0];
          for (let y = Math.ceil(defect.y - near); y < defect.y + near; y++) {
            for (let x = Math.ceil(defect.x - near); x < defect.x + near; x++) {
              const at = y * columns + x;
              peak = Math.max(peak, change[c][at]);
              if (channelMasks[c][at]) least = Math.min(least, change[c][at]);
              else most = Math.max(most, change[c][at]);
            }
          }
          // One threshold parts the mask from the rest; 2 % of the peak are lost at a patch's edge
          // and to the float32 sums with noise.
          expect(most).toBeLessThanOrEqual(least + 0.02 * peak);
          return most <= 0.353 * peak && least >= 0.313 * peak;
        });
        expect(exact).toContain(true);
        checked++;
      }
    }
    expect(checked).toBeGreaterThan(10);
  });

  it('shows nothing where nothing was put', () => {
    const bare = simulateScene(kernels, {
      surface: 'random',
      seed: 3,
      rows: 64,
      columns: 64,
      coverage: 0,
    });
    expect(bare.defects).toEqual([]);
    expect(bare.mask.includes(1)).toBe(false);
  });
});

describe('defects of the random family', () => {
  it('sit on sites of the lattice', () => {
    for (let seed = 0; seed < 20; seed++) {
      const random = new Random(seed);
      const lattice = randomLattice(tables, random);
      if (lattice.kind === 'flat') continue;
      const turns = equivalentTurns(lattice.kind);
      const classes = randomClasses(tables, random, 4, turns);
      const crowd = { count: 30, apart: 2 * lattice.spacing };
      const warp = still(160, 160);
      const site = (x: number, y: number) => nearestSite(lattice, x, y);
      const sites = { a: lattice.a, spacing: lattice.spacing, turns, site };
      const placed = placeOnLattice(tables, random, sites, classes, crowd, warp);
      expect(placed.length).toBeGreaterThan(5);
      const { a, b, spacing } = lattice;
      for (const { x, y } of placed) {
        const area = a.x * b.y - a.y * b.x;
        const u = Math.round((b.y * x - b.x * y) / area);
        const v = Math.round((a.x * y - a.y * x) / area);
        const off = Math.hypot(x - u * a.x - v * b.x, y - u * a.y - v * b.y);
        // Two deviates of 0.04 spacings, which end at 4.2 of them.
        expect(off).toBeLessThan(Math.SQRT2 * 4.2 * 0.04 * spacing);
      }
    }
  });

  it('differ from class to class, however alike', () => {
    const changes = new Set<string>();
    for (let seed = 0; seed < 40; seed++) {
      const turns = equivalentTurns(seed % 2 ? 'hex' : 'rows');
      const classes = randomClasses(tables, new Random(seed), 6, turns);
      expect(new Set(classes.map(({ name }) => name)).size).toBe(6);
      classes.forEach((one, i) => {
        if (one.twin) changes.add(one.twin.change);
        for (const other of classes.slice(0, i)) {
          expect(motifDistance(tables, one, other, turns)).toBeGreaterThan(0.2);
        }
      });
    }
    expect([...changes].sort()).toEqual(
      ['add', 'channel', 'drop', 'height', 'length', 'mirror', 'ring', 'turn'].sort(),
    );
  });

  it('may agree in one channel and disagree in the other', () => {
    let seen = 0;
    for (let seed = 0; seed < 40; seed++) {
      const classes = randomClasses(tables, new Random(seed), 6, [0, 0.5]);
      for (const { twin, lobes } of classes) {
        if (twin?.change !== 'channel') continue;
        const original = classes[twin.of].lobes;
        expect(lobes.map((lobe) => lobe.height[0])).toEqual(
          original.map(({ height }) => height[0]),
        );
        const second = original.map(({ height }) => height[1]);
        expect(lobes.map((lobe) => lobe.height[1])).not.toEqual(second);
        seen++;
      }
    }
    expect(seen).toBeGreaterThan(3);
  });
});
