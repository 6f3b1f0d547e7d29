import { describe, expect, test } from 'vitest';
import { conv4FromWeights, embedCrops, untrainedConv4 } from '../../bindings/core/embed.ts';
import { CancelledError, ShapeError, WeightsError } from '../../bindings/core/errors.ts';
import { Random } from '../../bindings/core/random.ts';
import { readWeights, type Tensor, type WeightsFile } from '../../bindings/core/weights/index.ts';
import { createKernels } from '../../bindings/node/instantiate.ts';
import { readNpy } from '../npy.ts';
import { hasShared, readShared, sharedTitle } from '../shared.ts';

const kernels = createKernels();

/** Random weights of a network of these widths, batch-norm not folded. */
function makeWeights(widths: number[], name = (i: number) => `trunk.${i}`): WeightsFile {
  const random = new Random(7);
  const tensors = new Map<string, Tensor>();
  const put = (key: string, shape: number[], low: number, high: number) => {
    const length = shape.reduce((a, b) => a * b, 1);
    const values = Float32Array.from({ length }, () => random.between(low, high));
    tensors.set(key, { shape, values });
  };
  for (let i = 1; i < widths.length; i++) {
    put(`${name(i)}.conv.weight`, [widths[i], widths[i - 1], 3, 3], -1, 1);
    put(`${name(i)}.conv.bias`, [widths[i]], -1, 1);
    put(`${name(i)}.bn.weight`, [widths[i]], 0.5, 2);
    put(`${name(i)}.bn.bias`, [widths[i]], -1, 1);
    put(`${name(i)}.bn.running_mean`, [widths[i]], -1, 1);
    put(`${name(i)}.bn.running_var`, [widths[i]], 0.1, 2);
    put(`${name(i)}.bn.num_batches_tracked`, [], 0, 1);
  }
  return { name: 'made-up', format: 'safetensors', tensors, metadata: {} };
}

/** Convolution, then batch-norm, ReLU and max-pool as separate steps in float64. */
function embedPlainly(file: WeightsFile, crop: Float32Array, size: number, blocks: number) {
  let planes = Float64Array.from(crop);
  let side = size;
  for (let b = 1; b <= blocks; b++) {
    const get = (key: string) => file.tensors.get(`trunk.${b}.${key}`)!;
    const [outs, ins] = get('conv.weight').shape;
    const half = side >> 1;
    const next = new Float64Array(outs * half * half);
    for (let o = 0; o < outs; o++) {
      const gain = get('bn.weight').values[o] / Math.sqrt(get('bn.running_var').values[o] + 1e-5);
      for (let y = 0; y < half * 2; y++) {
        for (let x = 0; x < half * 2; x++) {
          let sum = get('conv.bias').values[o];
          for (let c = 0; c < ins; c++) {
            for (let t = 0; t < 9; t++) {
              const yy = y + Math.floor(t / 3) - 1;
              const xx = x + (t % 3) - 1;
              if (yy < 0 || xx < 0 || yy >= side || xx >= side) continue;
              const weight = get('conv.weight').values[(o * ins + c) * 9 + t];
              sum += weight * planes[(c * side + yy) * side + xx];
            }
          }
          sum = (sum - get('bn.running_mean').values[o]) * gain + get('bn.bias').values[o];
          const at = (o * half + (y >> 1)) * half + (x >> 1);
          next[at] = Math.max(next[at], sum, 0);
        }
      }
    }
    planes = next;
    side = half;
  }
  return planes;
}

describe('conv4FromWeights', () => {
  test('folded batch-norm equals convolution and batch-norm apart', () => {
    const file = makeWeights([2, 5, 3]);
    const random = new Random(8);
    const crops = Float32Array.from({ length: 2 * 2 * 81 }, () => random.between(-1, 1));
    const network = kernels.load(conv4FromWeights(file));
    const { embeddings, dimension } = embedCrops(kernels, network, crops, 2, undefined, 9);
    expect(dimension).toBe(3 * 2 * 2);
    for (let n = 0; n < 2; n++) {
      const plain = embedPlainly(file, crops.subarray(n * 162, (n + 1) * 162), 9, 2);
      const largest = Math.max(...plain);
      expect(largest).toBeGreaterThan(0);
      // Two layers of at most 45 terms each in f32.
      plain.forEach((value, i) => {
        const error = Math.abs(embeddings[n * dimension + i] - value);
        expect(error).toBeLessThan(2 * 45 * 2 ** -23 * largest);
      });
    }
  });

  test('batch-norm folded in place gives the same layers, and otherwise leaves the file alone', () => {
    const [used, left, plain] = [1, 2, 3].map(() => makeWeights([2, 5, 3]));
    const expected = conv4FromWeights(left);
    expect(left).toEqual(plain);
    expect(conv4FromWeights(used, kernels, true)).toEqual(expected);
    expect(used).not.toEqual(plain);
  });

  test('layers follow the numbers in their names, ten after nine', () => {
    const widths = [2, 4, 5, 6, 7];
    const layers = conv4FromWeights(makeWeights(widths, (i) => `block${i + 7}`));
    expect(layers.map((layer) => layer.inChannels)).toEqual(widths.slice(0, 4));
  });

  const broken = (change: (tensors: Map<string, Tensor>) => void): WeightsFile => {
    const file = makeWeights([2, 4, 4]);
    change(file.tensors);
    return file;
  };
  const zeros = (...shape: number[]): Tensor => ({
    shape,
    values: new Float32Array(shape.reduce((a, b) => a * b, 1)),
  });
  test.each([
    ['nothing in it', broken((t) => t.clear()), /no 3x3 convolution/],
    ['a layer of another kind', broken((t) => t.set('up.weight', zeros(4, 2, 2, 2))), /up\.weight/],
    ['no batch-norm', broken((t) => t.delete('trunk.2.bn.running_mean')), /found 1 for 2/],
    ['no variance', broken((t) => t.delete('trunk.1.bn.running_var')), /running_var/],
    [
      'channels that do not follow',
      broken((t) => t.set('trunk.2.conv.weight', zeros(4, 3, 3, 3))),
      /takes 3 channels/,
    ],
    ['a bias of another length', broken((t) => t.set('trunk.1.conv.bias', zeros(3))), /got 3/],
    ['NaN', broken((t) => t.get('trunk.1.bn.weight')!.values.fill(NaN)), /NaN/],
    [
      'a negative variance',
      broken((t) => t.get('trunk.1.bn.running_var')!.values.fill(-1)),
      /negative/,
    ],
  ])('a file with %s is refused', (_, file, message) => {
    expect(() => conv4FromWeights(file)).toThrow(WeightsError);
    expect(() => conv4FromWeights(file)).toThrow(message);
  });
});

describe('embedCrops', () => {
  const network = kernels.load(untrainedConv4(1));
  const random = new Random(5);
  const crops = Float32Array.from({ length: 35 * 3200 }, () => random.between(-1, 1));

  test('the untrained bank: fixed by its seed, proportional to contrast', () => {
    const { embeddings, dimension } = embedCrops(kernels, network, crops, 35);
    expect(dimension).toBe(256);
    expect(untrainedConv4(1)).toEqual(untrainedConv4(1));
    expect(untrainedConv4(2)[0].weights).not.toEqual(untrainedConv4(1)[0].weights);
    const doubled = embedCrops(
      kernels,
      network,
      crops.map((v) => 2 * v),
      35,
    ).embeddings;
    expect(doubled).toEqual(embeddings.map((v) => 2 * v));
  });

  test('a crop embeds the same alone and in any batch', () => {
    const all = embedCrops(kernels, network, crops, 35).embeddings;
    const last = embedCrops(kernels, network, crops.subarray(34 * 3200), 1).embeddings;
    expect(last).toEqual(all.slice(34 * 256));
  });

  test('no crops give no embeddings; wrong sizes are named; cancelling works', () => {
    expect(embedCrops(kernels, network, new Float32Array(0), 0).embeddings.length).toBe(0);
    expect(() => embedCrops(kernels, network, crops, 34)).toThrow(ShapeError);
    expect(() => embedCrops(kernels, network, new Float32Array(2 * 64), 1, undefined, 8)).toThrow(
      /too small/,
    );
    const signal = { aborted: true };
    expect(() => embedCrops(kernels, network, crops, 35, { signal })).toThrow(CancelledError);
  });
});

describe.skipIf(!hasShared)(sharedTitle('embeddings of the published networks'), () => {
  for (const network of ['si-ge', 'si-tio2']) {
    for (const format of ['pth', 'safetensors']) {
      test(`${network}.${format} equals PyTorch's`, () => {
        const crops = Float32Array.from(readNpy(readShared('reference/crops.npy')).values);
        const name = `protonet-${network}.${format}`;
        const file = readWeights(readShared(`reference/${name}`), name);
        const loaded = kernels.load(conv4FromWeights(file));
        const { embeddings, dimension } = embedCrops(kernels, loaded, crops, 64);
        const golden = readNpy(readShared(`reference/embeddings-${network}.npy`));
        expect([64, dimension]).toEqual(golden.shape);
        let largest = 0;
        let worst = 0;
        golden.values.forEach((value, i) => {
          largest = Math.max(largest, Math.abs(value));
          worst = Math.max(worst, Math.abs(value - embeddings[i]));
        });
        expect(worst).toBeLessThanOrEqual(1e-4 * largest);
      });
    }
  }
});
