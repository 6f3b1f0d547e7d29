import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { FormatError } from '../../bindings/core/errors.ts';
import { loadEmbeddingNetwork as loadAny } from '../../bindings/core/network.ts';
import * as numbers from '../../bindings/core/numbers.ts';
import { createKernels } from '../../bindings/node/instantiate.ts';

const kernels = createKernels();
const name = 'adatom.safetensors';
const bytes = readFileSync(`models/${name}`);
const crops = Float32Array.from({ length: 2 * 3200 }, (_, i) => ((i * 7) % 31) / 31);

describe('the numbers alone', () => {
  test('embed as the whole package does, to the bit', () => {
    const alone = numbers.loadEmbeddingNetwork(kernels, bytes, name);
    const whole = loadAny(kernels, bytes, name);
    const { embeddings, dimension } = numbers.embedCrops(kernels, alone.loaded, crops, 2);
    expect(dimension).toBe(1600);
    expect(embeddings).toEqual(numbers.embedCrops(kernels, whole.loaded, crops, 2).embeddings);
    expect(alone.sha256).toBe(whole.sha256);
  });

  test('know the hash of what was loaded, whatever becomes of the caller’s Buffer', () => {
    const given = Buffer.from(bytes);
    const loaded = numbers.loadEmbeddingNetwork(kernels, given, name);
    given.fill(0);
    expect(loaded.sha256).toBe(loadAny(kernels, bytes, name).sha256);
  });

  test('refuse what they do not unpack, and say who does', () => {
    const zip = Buffer.from('PK\x03\x04 and so on');
    expect(() => numbers.loadEmbeddingNetwork(kernels, zip, 'net.pth')).toThrow(FormatError);
    expect(() => numbers.loadEmbeddingNetwork(kernels, zip, 'net.pth')).toThrow(/adatom itself/);
  });

  test('say so when a layer’s weights were transferred away before their first use', () => {
    const layer = {
      inChannels: 2,
      outChannels: 8,
      weights: new Float32Array(144),
      reluAfter: true,
    };
    const network = kernels.load([layer]);
    structuredClone(layer.weights, { transfer: [layer.weights.buffer] });
    expect(() => kernels.run(network, crops.subarray(0, 3200), 1, 40, 40)).toThrow(/transferred/);
  });
});
