import { describe, expect, it } from 'vitest';
import { ShapeError } from '../../bindings/core/errors.ts';
import type { NetworkLayer } from '../../bindings/core/kernels.ts';
import {
  freshState,
  inferenceLayers,
  planNetwork,
  unetSpec,
} from '../../bindings/core/train/trainer.ts';
import { createKernels } from '../../bindings/node/instantiate.ts';
import { values } from '../kernels/guarded.ts';
import { trainForward } from '../reference/network.ts';

const kernels = createKernels();

/** Without batch-norm a network in use computes what it computes in training. */
const { inChannels, nodes } = unetSpec(2, 3, [4, 8, 8, 12]);
const plan = planNetwork({
  inChannels,
  nodes: nodes.map((node) => (node.kind === 'concat' ? node : { ...node, batchNorm: false })),
});
const state = freshState(plan, 3);
const layers = inferenceLayers(plan, state);

describe('a network with skips', () => {
  // The second is of many strips, and the last of them is not whole.
  it.each([
    [16, 24],
    [200, 8],
  ])('gives what float64 gives, image by image of %i x %i pixels', (rows, columns) => {
    const planes = values(2 * 2 * rows * columns, 5);
    const network = kernels.load(layers);
    const found = kernels.run(network, planes, 2, rows, columns);
    kernels.unload(network);
    const expected = trainForward(plan, state.parameters, planes, 2, rows, columns).values;
    const scale = Math.max(...expected.map(Math.abs));
    expect([found.rows, found.columns, found.planes.length]).toEqual([
      rows,
      columns,
      expected.length,
    ]);
    found.planes.forEach((value, i) => {
      expect(Math.abs(value - expected[i])).toBeLessThan(2e-5 * scale);
    });
  });

  it('takes and gives rows in their order, and gives the same bits', () => {
    const [rows, columns] = [168, 16];
    const planes = values(2 * rows * columns, 6);
    const network = kernels.load(layers);
    const whole = kernels.run(network, planes, 1, rows, columns).planes;
    const length = (top: number, bottom: number) => (bottom - top) * columns;
    let [taken, given] = [0, 0];
    kernels.runRows(network, rows, columns, {
      read(to, top, bottom) {
        expect([to.length, top]).toEqual([2 * length(top, bottom), taken]);
        for (let c = 0; c < 2; c++) {
          const from = (c * rows + top) * columns;
          to.set(planes.subarray(from, from + length(top, bottom)), c * length(top, bottom));
        }
        taken = bottom;
      },
      write(from, top, bottom) {
        expect(top).toBe(given);
        for (let c = 0; c * length(top, bottom) < from.length; c++) {
          const at = (c * rows + top) * columns;
          expect(from.slice(c * length(top, bottom), (c + 1) * length(top, bottom))).toEqual(
            whole.slice(at, at + length(top, bottom)),
          );
        }
        given = bottom;
      },
    });
    kernels.unload(network);
    expect([taken, given]).toEqual([rows, rows]);
  });

  it('refuses an image that its pools do not divide, and is whole afterwards', () => {
    const network = kernels.load(layers);
    const { used } = kernels.memory();
    expect(() => kernels.run(network, values(2 * 20 * 24, 5), 1, 20, 24)).toThrow(ShapeError);
    expect(kernels.memory().used).toBe(used);
    kernels.unload(network);
  });

  it('refuses skips that fit nowhere', () => {
    const wrong = (change: Partial<NetworkLayer>) =>
      layers.map((layer) => (layer.kind === 'concat' ? { ...layer, ...change } : layer));
    expect(() => kernels.load(wrong({ with: 30 }) as NetworkLayer[])).toThrow('to append');
    expect(() => kernels.load(wrong({ outChannels: 3 }) as NetworkLayer[])).toThrow('channels');
  });

  it('lets what hears of its progress use the kernels, even where their memory grows', () => {
    const [rows, columns] = [96, 16];
    const planes = values(2 * rows * columns, 7);
    const network = kernels.load(layers);
    const whole = kernels.run(network, planes, 1, rows, columns).planes;
    const out = new Float32Array(whole.length);
    let side = 400;
    kernels.runRows(network, rows, columns, {
      onRows() {
        side *= 2;
        kernels.resizeBilinear(new Float32Array(4), 1, 2, 2, side, side);
      },
      read(to, top, bottom) {
        const length = (bottom - top) * columns;
        for (let c = 0; c < 2; c++) {
          const from = (c * rows + top) * columns;
          to.set(planes.subarray(from, from + length), c * length);
        }
      },
      write(from, top, bottom) {
        const length = (bottom - top) * columns;
        for (let c = 0; c < from.length / length; c++) {
          out.set(from.subarray(c * length, (c + 1) * length), (c * rows + top) * columns);
        }
      },
    });
    kernels.unload(network);
    expect(out).toEqual(whole);
  });
});
