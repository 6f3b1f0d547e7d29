import type { Plan } from '../../bindings/core/train/plan.ts';

/** Feature maps of n images, (n, channels, rows, columns) of float64. */
interface Maps {
  values: Float64Array;
  channels: number;
  rows: number;
  columns: number;
}

/** A network in training, node by node as in PyTorch's documentation: batch statistics, float64. */
export function trainForward(
  plan: Plan,
  parameters: ArrayLike<number>,
  planes: ArrayLike<number>,
  n: number,
  rows: number,
  columns: number,
): Maps {
  const outputs: Maps[] = [];
  let maps: Maps = { values: Float64Array.from(planes), channels: plan.inChannels, rows, columns };
  for (const node of plan.nodes) {
    if (node.kind === 'concat') {
      maps = concat(maps, outputs[node.with], n);
    } else {
      const { bias, outChannels } = node;
      maps = convolve(maps, node.kind, parameters, node.weights, outChannels, n);
      const image = maps.rows * maps.columns;
      for (let o = 0; o < outChannels; o++) {
        const at = (i: number) => (Math.floor(i / image) * outChannels + o) * image + (i % image);
        let scale = 1;
        let shift = parameters[bias + o];
        if (node.batchNorm) {
          const all = Array.from({ length: n * image }, (_, i) => maps.values[at(i)]);
          const mean = all.reduce((a, b) => a + b, 0) / all.length;
          const variance = all.reduce((a, b) => a + (b - mean) ** 2, 0) / all.length;
          scale = parameters[bias + o] / Math.sqrt(variance + 1e-5);
          shift = parameters[bias + outChannels + o] - mean * scale;
        }
        for (let i = 0; i < n * image; i++) {
          const v = maps.values[at(i)] * scale + shift;
          maps.values[at(i)] = node.relu ? Math.max(v, 0) : v;
        }
      }
      if (node.pool) maps = pool(maps, n);
    }
    outputs.push(maps);
  }
  return maps;
}

function convolve(
  from: Maps,
  kind: '3x3' | '1x1' | 'up2x2',
  parameters: ArrayLike<number>,
  first: number,
  outChannels: number,
  n: number,
): Maps {
  const up = kind === 'up2x2';
  const [rows, columns] = up ? [from.rows * 2, from.columns * 2] : [from.rows, from.columns];
  const values = new Float64Array(n * outChannels * rows * columns);
  const reach = kind === '3x3' ? 1 : 0;
  const side = 2 * reach + 1;
  for (let image = 0; image < n; image++) {
    for (let o = 0; o < outChannels; o++) {
      for (let y = 0; y < rows; y++) {
        for (let x = 0; x < columns; x++) {
          let sum = 0;
          for (let i = 0; i < from.channels; i++) {
            const plane = (image * from.channels + i) * from.rows * from.columns;
            if (up) {
              const weight = first + ((i * outChannels + o) * 2 + (y % 2)) * 2 + (x % 2);
              sum += from.values[plane + (y >> 1) * from.columns + (x >> 1)] * parameters[weight];
              continue;
            }
            for (let dy = -reach; dy <= reach; dy++) {
              for (let dx = -reach; dx <= reach; dx++) {
                const [r, c] = [y + dy, x + dx];
                if (r < 0 || c < 0 || r >= rows || c >= columns) continue;
                const tap = (dy + reach) * side + dx + reach;
                const weight = first + (o * from.channels + i) * side * side + tap;
                sum += from.values[plane + r * columns + c] * parameters[weight];
              }
            }
          }
          values[((image * outChannels + o) * rows + y) * columns + x] = sum;
        }
      }
    }
  }
  return { values, channels: outChannels, rows, columns };
}

function pool(from: Maps, n: number): Maps {
  const [rows, columns] = [from.rows >> 1, from.columns >> 1];
  const values = new Float64Array(n * from.channels * rows * columns);
  for (let i = 0; i < values.length; i++) {
    const [x, y] = [i % columns, Math.floor(i / columns) % rows];
    const plane = Math.floor(i / columns / rows) * from.rows * from.columns;
    const at = plane + 2 * y * from.columns + 2 * x;
    const four = [0, 1, from.columns, from.columns + 1].map((step) => from.values[at + step]);
    values[i] = Math.max(...four);
  }
  return { values, channels: from.channels, rows, columns };
}

function concat(a: Maps, b: Maps, n: number): Maps {
  const image = a.rows * a.columns;
  const channels = a.channels + b.channels;
  const values = new Float64Array(n * channels * image);
  for (let i = 0; i < n; i++) {
    for (const [from, at] of [
      [a, 0],
      [b, a.channels],
    ] as const) {
      const part = from.values.subarray(i * from.channels * image, (i + 1) * from.channels * image);
      values.set(part, (i * channels + at) * image);
    }
  }
  return { ...a, values, channels };
}
