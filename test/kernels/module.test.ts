import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { type ConvLayer, Kernels } from '../../bindings/core/kernels.ts';
import { expectSame } from '../reference/tolerance.ts';
import { instantiate, releaseBytes, values } from './guarded.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'adatom-debug-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('release module', () => {
  it('imports nothing', () => {
    const module = new WebAssembly.Module(releaseBytes as BufferSource);
    expect(WebAssembly.Module.imports(module)).toEqual([]);
  });

  it('is at most 64 KiB', () => {
    expect(releaseBytes.length).toBeLessThanOrEqual(64 * 1024);
  });

  it('is what build/adatom.wasm holds', () => {
    expect(Buffer.from(releaseBytes).equals(readFileSync(join(root, 'build/adatom.wasm')))).toBe(
      true,
    );
  });
});

describe('debug module', () => {
  it('compiles and computes the same bits', () => {
    const file = join(folder, 'debug.wasm');
    const asc = join(root, 'node_modules/assemblyscript/bin/asc.js');
    execFileSync(
      process.execPath,
      [
        asc,
        'assembly/index.ts',
        '--config',
        'asconfig.json',
        '--target',
        'debug',
        '--outFile',
        file,
      ],
      { cwd: root, stdio: 'pipe' },
    );
    const release = everything(new Kernels(instantiate()));
    const debug = everything(new Kernels(instantiate(readFileSync(file))));
    expect(Object.keys(debug)).toEqual(Object.keys(release));
    for (const [name, expected] of Object.entries(release)) {
      expectSame(name, debug[name], expected);
    }
  });
});

/** One result of every kernel. */
function everything(kernels: Kernels): Record<string, ArrayLike<number>> {
  const layer: ConvLayer = {
    inChannels: 5,
    outChannels: 9,
    weights: values(405, 1),
    bias: values(9, 2),
    scale: values(9, 3),
    shift: values(9, 4),
    reluBefore: true,
    reluAfter: true,
    pool: true,
  };
  const wide: ConvLayer = { inChannels: 8, outChannels: 12, weights: values(864, 9) };
  const { centres, labels, inertia } = kernels.kmeans(values(303, 5), 3, 4);
  const line = kernels.kmeans(values(303, 5), 1, 4);
  return {
    conv3x3: kernels.convolve(layer, values(5 * 7 * 6, 6), 7, 6),
    winograd: kernels.convolve({ ...wide, pool: true }, values(8 * 63, 10), 7, 9),
    conv1x1: kernels.convolve({ ...wide, kind: '1x1', weights: values(96, 11) }, values(96), 3, 4),
    upConv2x2: kernels.convolve(
      { ...wide, kind: 'up2x2', weights: values(384, 12) },
      values(96),
      3,
      4,
    ),
    resizeBilinear: kernels.resizeBilinear(values(35, 7), 1, 7, 5, 11, 13),
    squaredEuclidean: kernels.squaredEuclidean(values(77, 8), values(33, 9), 11),
    cosine: kernels.cosine(values(77, 8), values(33, 9), 11),
    centres,
    labels,
    inertia: [inertia],
    lineCentres: line.centres,
    lineLabels: line.labels,
    functions: [kernels.exp(1.3), kernels.log(1.3), kernels.sin(1.3), kernels.cos(1e6)],
  };
}
