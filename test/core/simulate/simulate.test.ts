import { describe, expect, it } from 'vitest';
import { CancelledError, OptionError } from '../../../bindings/core/errors.ts';
import {
  type DimerRowOptions,
  defectKinds,
  simulateDimerRows,
} from '../../../bindings/core/simulate/index.ts';
import { createKernels } from '../../../bindings/node/instantiate.ts';

const kernels = createKernels();
const still = {
  tiltX: 0,
  tiltY: 0,
  bow: 0,
  lineOffset: 0,
  whiteNoise: 0,
  pinkNoise: 0,
  scars: 0,
  hysteresis: 0,
};
const none = { vacancy: 0, 'dangling-bond': 0, fragment: 0 };
const PIXEL = 0.128;
/** Rows are 6 pixels apart, dimers 3. float32 of a height under a nanometre: well under 1e-7 nm. */
const lattice = { widthNm: 60 * PIXEL, rows: 60, columns: 60, angleDeg: 0, instrument: still };

function heightsNm(options: DimerRowOptions, channel = 0): Float64Array {
  const { scan } = simulateDimerRows(kernels, options);
  return Float64Array.from(scan.channels[channel].pixels, (metres) => metres * 1e9);
}

describe('simulateDimerRows', () => {
  it('gives the same bits for the same seed, and others for another', () => {
    const a = simulateDimerRows(kernels, { seed: 3, rows: 96, columns: 128, widthNm: 25 });
    const b = simulateDimerRows(createKernels(), { seed: 3, rows: 96, columns: 128, widthNm: 25 });
    const c = simulateDimerRows(kernels, { seed: 4, rows: 96, columns: 128, widthNm: 25 });
    expect(b).toEqual(a);
    expect(c.scan.channels[0].pixels).not.toEqual(a.scan.channels[0].pixels);
    expect(c.defects).not.toEqual(a.defects);
  });

  it('describes both channels', () => {
    const { scan, mask, defects } = simulateDimerRows(kernels, {
      rows: 100,
      columns: 200,
      widthNm: 30,
      counts: { vacancy: 5, 'dangling-bond': 4, fragment: 3 },
    });
    expect(scan.channels.map((c) => c.direction)).toEqual(['forward', 'backward']);
    for (const channel of scan.channels) {
      expect(channel).toMatchObject({ name: 'Z', unit: 'm', rows: 100, columns: 200, widthNm: 30 });
      expect(channel.heightNm).toBeCloseTo(15, 12);
      expect(channel.pixels).toHaveLength(20000);
      expect(channel.pixels.every(Number.isFinite)).toBe(true);
    }
    expect(mask).toHaveLength(20000);
    const count = (kind: string) => defects.filter((d) => d.kind === kind).length;
    expect(defectKinds.map(count)).toEqual([5, 4, 3]);
  });

  it('repeats every 0.768 nm across the rows and every 0.384 nm along them', () => {
    const z = heightsNm({ ...lattice, steps: 0, counts: none });
    let span = 0;
    for (let y = 0; y < 54; y++) {
      for (let x = 0; x < 57; x++) {
        const here = z[y * 60 + x];
        expect(Math.abs(here - z[(y + 6) * 60 + x])).toBeLessThan(1e-7);
        expect(Math.abs(here - z[y * 60 + x + 3])).toBeLessThan(1e-7);
        span = Math.max(span, Math.abs(here - z[(y + 3) * 60 + x]));
      }
    }
    // The corrugation that the docstring promises: about 30 pm.
    expect(span).toBeGreaterThan(0.025);
    expect(span).toBeLessThan(0.04);
  });

  it('descends 0.136 nm at a step, below which the rows are turned', () => {
    const z = heightsNm({ ...lattice, rows: 120, steps: 1, counts: none });
    const mean = (from: number) => {
      const part = z.subarray(from * 60, (from + 24) * 60);
      return part.reduce((a, b) => a + b, 0) / part.length;
    };
    // 24 rows are whole periods of both orientations, so that the corrugation averages out.
    expect(mean(0) - mean(96)).toBeCloseTo(0.136, 6);
    for (let x = 0; x < 54; x++) {
      expect(z[5 * 60 + x]).toBeCloseTo(z[11 * 60 + x], 6);
      expect(z[110 * 60 + x]).toBeCloseTo(z[113 * 60 + x], 6);
      expect(z[110 * 60 + x]).toBeCloseTo(z[110 * 60 + x + 6], 6);
    }
    expect(Math.abs(z[5 * 60] - z[8 * 60])).toBeGreaterThan(0.001);
  });

  describe('its truth', () => {
    const options = { seed: 8, rows: 240, columns: 240, widthNm: 30, instrument: still };
    const counts = { vacancy: 9, 'dangling-bond': 8, fragment: 7 };
    const { mask, defects } = simulateDimerRows(kernels, { ...options, counts });
    // Each part has its own random numbers: without defects the surface stays the same.
    const [filled, empty] = [0, 1].map((channel) => {
      const bare = heightsNm({ ...options, counts: none }, channel);
      return heightsNm({ ...options, counts }, channel).map((z, i) => z - bare[i]);
    });

    const near = (x: number, y: number, reach: number) =>
      Array.from(mask.keys()).filter((at) => {
        const dx = (at % 240) - x;
        const dy = Math.floor(at / 240) - y;
        return dx * dx + dy * dy <= reach * reach;
      });

    it('marks what defects change, and nothing else', () => {
      const change = (marked: number) =>
        Array.from(
          filled.filter((_, at) => mask[at] === marked),
          Math.abs,
        );
      // The weakest peak is 0.7 * 85 pm, the mask's edge a third of a peak of at most 1.4 * 120 pm.
      expect(change(1).reduce((a, b) => Math.min(a, b))).toBeGreaterThan(0.019);
      expect(change(0).reduce((a, b) => Math.max(a, b))).toBeLessThan(0.06);
    });

    it('has every centre in the middle of its own marked pixels', () => {
      for (const { x, y } of defects) {
        // No other defect comes closer than 1.5 nm = 12 pixels, none reaches 6 pixels.
        const own = near(x, y, 6).filter((at) => mask[at]);
        expect(own.length).toBeGreaterThan(8);
        const cx = own.reduce((sum, at) => sum + (at % 240), 0) / own.length;
        const cy = own.reduce((sum, at) => sum + Math.floor(at / 240), 0) / own.length;
        // One lobe of a fragment is higher, which moves its outline by a fraction of a pixel.
        expect(Math.abs(cx - x)).toBeLessThan(0.75);
        expect(Math.abs(cy - y)).toBeLessThan(0.75);
      }
    });

    it('has each kind bright or dark as it says', () => {
      const sign = { vacancy: [-1, -1], 'dangling-bond': [1, 1], fragment: [1, -1] };
      for (const { x, y, kind } of defects) {
        const at = Math.round(y) * 240 + Math.round(x);
        expect(Math.sign(filled[at])).toBe(sign[kind][0]);
        expect(Math.sign(empty[at])).toBe(sign[kind][1]);
      }
    });

    it('rings dangling bonds with a dark halo in the empty states only', () => {
      for (const { x, y } of defects.filter(({ kind }) => kind === 'dangling-bond')) {
        const core = new Set(near(x, y, 5.5));
        const ring = near(x, y, 7).filter((at) => !core.has(at));
        const mean = (plane: Float64Array) =>
          ring.reduce((sum, at) => sum + plane[at], 0) / ring.length;
        expect(mean(empty)).toBeLessThan(-0.004);
        expect(mean(filled)).toBeGreaterThan(-0.004);
      }
    });

    it('keeps defects apart and inside the frame', () => {
      for (const [i, a] of defects.entries()) {
        for (const b of defects.slice(i + 1)) {
          expect(Math.hypot(a.x - b.x, a.y - b.y) * 0.125).toBeGreaterThanOrEqual(1.5);
        }
        // Sites are 1 nm inside; a defect on two dimers sits up to half a dimer off its site.
        expect(Math.min(a.x, a.y, 239 - a.x, 239 - a.y) * 0.125).toBeGreaterThan(1 - 0.2 - 0.07);
      }
    });
  });

  it('allows no defects', () => {
    const { mask, defects } = simulateDimerRows(kernels, { ...lattice, counts: none });
    expect(defects).toEqual([]);
    expect(mask.every((value) => value === 0)).toBe(true);
  });

  it('reports progress and stops when cancelled', () => {
    const fractions: number[] = [];
    simulateDimerRows(
      kernels,
      { ...lattice, counts: none },
      { onProgress: ({ fraction }) => fractions.push(fraction) },
    );
    expect(fractions[0]).toBe(0);
    expect(fractions.at(-1)).toBe(1);
    expect(fractions).toEqual([...fractions].sort());
    const stopped = { signal: { aborted: true } };
    expect(() => simulateDimerRows(kernels, lattice, stopped)).toThrow(CancelledError);
  });

  it.each([
    [{ counts: { vacancy: 5000 } }, /room for \d+ defects/],
    [{ counts: { fragment: -1 } }, /whole number of fragment/],
    [{ widthNm: 400 }, /at most 0\.3 nm.*1\.25/],
    [{ widthNm: Number.NaN }, /at most 0\.3 nm/],
    [{ rows: 10.5 }, /rows to be 32 to 8192, got 10\.5/],
    [{ steps: -1 }, /0 to 20 steps/],
  ])('refuses %j', (options, message) => {
    expect(() => simulateDimerRows(kernels, options)).toThrow(OptionError);
    expect(() => simulateDimerRows(kernels, options)).toThrow(message);
  });
});
