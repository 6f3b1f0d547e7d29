import { describe, expect, it } from 'vitest';
import { ShapeError } from '../../bindings/core/errors.ts';
import { plainArithmetic } from '../../bindings/core/weights/arithmetic.ts';
import { createKernels } from '../../bindings/node/instantiate.ts';
import * as reference from '../reference/weights.ts';
import { Guarded, upTo, values } from './guarded.ts';

const memory = new Guarded();
const kernels = createKernels();
const everyHalf = Uint16Array.from({ length: 65536 }, (_, i) => i);

describe('widenHalves', () => {
  it('every half is the number it says, in the kernel and in plain numbers', () => {
    const bytes = new Uint8Array(everyHalf.buffer);
    const expected = reference.widenHalves(everyHalf);
    expect(kernels.widenHalves(bytes)).toEqual(expected);
    expect(plainArithmetic.widenHalves(bytes)).toEqual(expected);
    expect(Object.is(kernels.widenHalves(Uint8Array.of(0, 0x80))[0], -0)).toBe(true);
  });

  it('reads and writes nothing beside n values, wherever they begin', () => {
    for (const n of upTo(19)) {
      for (const offset of upTo(3)) {
        // the last of an odd number shares its word with a half that is not read
        const halves = everyHalf.slice(15000, 15000 + n + (n % 2));
        const from = memory.input(new Float32Array(halves.buffer), offset);
        const to = memory.output(n * 4, offset);
        memory.wasm.widenHalves(to, from, n);
        const made = memory.f32(to, n);
        memory.verify(`widenHalves ${n}`);
        expect(made).toEqual(reference.widenHalves(halves.subarray(0, n)));
      }
    }
  });
});

describe('scaleRows', () => {
  it('multiplies in f64 and rounds once, for every length and offset', () => {
    for (const length of upTo(19)) {
      for (const rows of [0, 1, 2, 3]) {
        for (const offset of upTo(3)) {
          const input = values(rows * length, 71);
          const factors = Float64Array.from(values(rows, 72), (value) => value / 3);
          const from = memory.input(input, offset);
          const by = memory.input(new Float32Array(factors.buffer), 0);
          const to = memory.output(input.length * 4, offset);
          memory.wasm.scaleRows(to, from, by, rows, length);
          const made = memory.f32(to, input.length);
          memory.verify(`scaleRows ${rows} x ${length}`);
          expect(made).toEqual(reference.scaleRows(input, factors));
        }
      }
    }
  });

  it('in place, as Kernels does it, is what plain numbers give', () => {
    const input = values(12 * 27, 73);
    const factors = Float64Array.from(values(12, 74), (value) => value / 3);
    const { used } = kernels.memory();
    const scaled = input.slice();
    kernels.scaleRows(scaled, factors);
    const plain = input.slice();
    plainArithmetic.scaleRows(plain, factors);
    expect(scaled).toEqual(plain);
    expect(scaled).toEqual(reference.scaleRows(input, factors));
    expect(kernels.memory().used).toBe(used);
    kernels.scaleRows(new Float32Array(0), new Float64Array(0));
    expect(() => kernels.scaleRows(input, new Float64Array(5))).toThrow(ShapeError);
  });
});
