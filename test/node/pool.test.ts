import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type * as node from '../../bindings/node/index.ts';

// The built package: a pool starts the worker file beside it.
const entry = pathToFileURL(fileURLToPath(new URL('../../dist/node/index.js', import.meta.url)));
const host = (await import(entry.href)) as typeof node;

let pool: node.Pool | undefined;
afterEach(() => pool?.close());

const layers = host.untrainedNetwork(host.createKernels()).layers;
const size = 40;
const count = 41;
const random = new host.Random(3);
const crops = Float32Array.from({ length: count * 2 * size * size }, () => random.between(-1, 1));

describe('a pool', () => {
  let expected: Float32Array;
  beforeAll(() => {
    const kernels = host.createKernels();
    expected = kernels.run(kernels.load(layers), crops, count, size, size).planes;
  });

  test.each([1, 2, 3])('of %i gives the bits of one instance, and leaves its input', async (n) => {
    pool = host.createPool(n);
    const before = crops.slice();
    const result = await pool.run(await pool.load(layers), crops, count, size, size);
    expect(result).toMatchObject({ rows: 2, columns: 2 });
    expect(result.planes).toEqual(expected);
    expect(crops).toEqual(before);
  });

  test('runs several networks and jobs at once', async () => {
    pool = host.createPool(2);
    const [a, b] = await Promise.all([pool.load(layers), pool.load(layers.slice(0, 1))]);
    const [whole, part] = await Promise.all([
      pool.run(a, crops, count, size, size),
      pool.run(b, crops, count, size, size),
    ]);
    expect(whole.planes).toEqual(expected);
    expect(part.rows).toBe(20);
  });

  test('reports progress that rises to 1, and no images are no work', async () => {
    pool = host.createPool(2);
    const network = await pool.load(layers);
    const fractions: number[] = [];
    const onProgress = ({ fraction }: node.ProgressEvent) => fractions.push(fraction);
    await pool.run(network, crops, count, size, size, { onProgress });
    expect(fractions.at(-1)).toBe(1);
    expect(fractions).toEqual([...fractions].sort((x, y) => x - y));
    expect((await pool.run(network, new Float32Array(0), 0, size, size)).planes.length).toBe(0);
  });

  test('is cancelled between shares and then works on', async () => {
    pool = host.createPool(2);
    const network = await pool.load(layers);
    const abort = new AbortController();
    const run = { signal: abort.signal, onProgress: () => abort.abort() };
    await expect(pool.run(network, crops, count, size, size, run)).rejects.toThrow(
      host.CancelledError,
    );
    expect((await pool.run(network, crops, count, size, size)).planes).toEqual(expected);
  });

  test('names what is wrong', async () => {
    expect(() => host.createPool(0)).toThrow(host.ShapeError);
    pool = host.createPool(1);
    const network = await pool.load(layers);
    await expect(pool.run(network, crops, count + 1, size, size)).rejects.toThrow(host.ShapeError);
    await expect(pool.load([{ ...layers[0], outChannels: 63 }])).rejects.toThrow(/weights/);
    pool.close();
    await expect(pool.run(network, crops, count, size, size)).rejects.toThrow(host.CancelledError);
  });

  test('a worker that cannot start is an error, not a wait without end', async () => {
    pool = host.createPool(1, new URL('file:///nowhere/worker.js'));
    await expect(pool.load(layers)).rejects.toThrow(/worker: /);
  });
});
