import { describe, expect, it } from 'vitest';
import { ShapeError } from '../../bindings/core/errors.ts';
import { createKernels } from '../../bindings/node/instantiate.ts';
import * as reference from '../reference/weighted-sum.ts';
import { Guarded, upTo, values } from './guarded.ts';

const memory = new Guarded();

function check(n: number, length: number, offset: number): void {
  const rows = values(n * length, 31);
  const weights = Float64Array.from(values(n, 32));
  const from = memory.input(rows, offset);
  const factors = memory.input(new Float32Array(weights.buffer), 0);
  const to = memory.output(length * 8, offset);
  memory.wasm.weightedSum(to, from, factors, n, length);
  const bytes = memory.f32(to, 2 * length).slice().buffer;
  memory.verify(`weightedSum ${n} x ${length}`);
  expect(new Float64Array(bytes)).toEqual(reference.weightedSum(rows, weights, length));
}

describe('weightedSum', () => {
  it('has the bits of plain numbers, for every length and offset', () => {
    for (const length of upTo(67)) {
      for (const n of [0, 1, 2, 7]) for (const offset of upTo(3)) check(n, length, offset);
    }
  });
});

describe('Kernels.weightedSum', () => {
  const kernels = createKernels();
  const weights = Float64Array.of(0.5, -2, 1e-3);

  it('writes where it is told, and leaves nothing behind', () => {
    const { used } = kernels.memory();
    const rows = values(3 * 11, 5);
    const out = new Float64Array(11);
    kernels.weightedSum(rows, weights, out);
    expect(out).toEqual(reference.weightedSum(rows, weights, 11));
    kernels.weightedSum(values(0), new Float64Array(0), out);
    expect(out).toEqual(new Float64Array(11));
    expect(kernels.memory().used).toBe(used);
  });

  it('a NaN or an infinity spoils its own column only', () => {
    const rows = values(3 * 11, 5);
    rows[11 + 4] = NaN;
    rows[6] = Infinity;
    const out = new Float64Array(11);
    kernels.weightedSum(rows, weights, out);
    expect(out).toEqual(reference.weightedSum(rows, weights, 11));
    expect([...out].filter((value) => !Number.isFinite(value))).toEqual([NaN, Infinity]);
  });

  it('refuses values that are no whole rows', () => {
    expect(() => kernels.weightedSum(values(32), weights, new Float64Array(11))).toThrow(
      ShapeError,
    );
  });
});
