import { describe, expect, it } from 'vitest';
import { ShapeError } from '../../bindings/core/errors.ts';
import { createKernels } from '../../bindings/node/instantiate.ts';
import * as reference from '../reference/blur.ts';
import { bound, expectClose, expectSame } from '../reference/tolerance.ts';
import { Guarded, upTo, values } from './guarded.ts';

const memory = new Guarded();

function blur(
  plane: Float32Array,
  rows: number,
  columns: number,
  weights: Float32Array,
  offsets = [0, 0, 0],
): Float32Array {
  const radius = weights.length - 1;
  const from = memory.input(plane, offsets[0]);
  const half = memory.input(
    weights.map((weight, i) => (i ? weight : weight / 2)),
    offsets[1],
  );
  const line = memory.output((columns + 2 * radius) * 4, offsets[1]);
  const to = memory.output(rows * columns * 4, offsets[2]);
  memory.wasm.blur(to, from, rows, columns, half, radius, line);
  const out = memory.f32(to, rows * columns);
  memory.verify(`blur ${rows} x ${columns}, radius ${radius}`);
  return out;
}

/** Along each axis a sum of two neighbours, a product, and radius + 1 terms. */
function check(rows: number, columns: number, radius: number, offsets?: number[]): void {
  const plane = values(rows * columns, 71);
  const weights = values(radius + 1, 72);
  const terms = reference.blur(plane.map(Math.abs), rows, columns, weights.map(Math.abs));
  expectClose(
    `blur ${rows} x ${columns}, radius ${radius}, offsets ${offsets}`,
    blur(plane, rows, columns, weights, offsets),
    reference.blur(plane, rows, columns, weights),
    (i) => bound(2 * (radius + 3), terms[i]),
  );
}

describe('blur', () => {
  it('all widths and heights, every offset', () => {
    for (const columns of upTo(67)) {
      for (const a of upTo(3)) {
        for (const b of upTo(3)) check(3, columns, 2, [a, b, (a + b) % 4]);
      }
      check(columns, 5, 3);
    }
  });

  it('all radii, also larger than the plane', () => {
    for (const radius of upTo(40)) {
      check(7, 9, radius);
      check(1, 1, radius);
      check(20, 35, radius);
    }
  });

  it('a NaN spoils the square of the radius around it only', () => {
    const [rows, columns, radius] = [9, 21, 2];
    for (let x = 0; x < columns; x++) {
      const plane = values(rows * columns);
      plane[4 * columns + x] = NaN;
      const out = blur(plane, rows, columns, values(radius + 1));
      for (let i = 0; i < out.length; i++) {
        const near = Math.abs((i % columns) - x) <= radius;
        const beside = Math.abs(Math.floor(i / columns) - 4) <= radius;
        expect(Number.isNaN(out[i])).toBe(near && beside);
      }
    }
  });

  it('a pixel has the same bits wherever it lies, far from the border', () => {
    const plane = values(30 * 40);
    const weights = values(4);
    const all = blur(plane, 30, 40, weights);
    for (const top of upTo(3)) {
      for (const left of upTo(5)) {
        const part = new Float32Array(20 * 33);
        for (let i = 0; i < part.length; i++) {
          part[i] = plane[(top + Math.floor(i / 33)) * 40 + left + (i % 33)];
        }
        const out = blur(part, 20, 33, weights);
        for (let y = 3; y < 17; y++) {
          const from = (top + y) * 40 + left + 3;
          expectSame('row', out.subarray(y * 33 + 3, y * 33 + 30), all.subarray(from, from + 27));
        }
      }
    }
  });
});

describe('Kernels.blur', () => {
  const kernels = createKernels();

  it('blurs each plane by itself', () => {
    const planes = values(3 * 11 * 13);
    const weights = Float64Array.of(0.5, 0.2, 0.05);
    const out = kernels.blur(planes, 3, 11, 13, weights);
    for (let c = 0; c < 3; c++) {
      const plane = planes.subarray(c * 143, (c + 1) * 143);
      const alone = blur(plane, 11, 13, Float32Array.from(weights));
      expectSame('plane', out.subarray(c * 143, (c + 1) * 143), alone);
    }
  });

  it('accepts nothing, refuses wrong shapes, leaves nothing behind', () => {
    const { used } = kernels.memory();
    expect(kernels.blur(values(0), 0, 4, 4, [1]).length).toBe(0);
    expect(kernels.blur(values(0), 2, 0, 4, [1]).length).toBe(0);
    expect(() => kernels.blur(values(15), 1, 4, 4, [1])).toThrow(ShapeError);
    expect(() => kernels.blur(values(16), 1, 4, 4, [])).toThrow(ShapeError);
    expect(kernels.memory().used).toBe(used);
  });
});
