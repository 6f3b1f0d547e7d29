import { type Call, type Convolution, type Peer, timedCall, type Work } from './work.ts';

/** The part of @tensorflow/tfjs-core that is used here. */
export interface Tf {
  setBackend(name: string): Promise<boolean>;
  ready(): Promise<void>;
  tidy<T>(work: () => T): T;
  tensor(values: Float32Array, shape: number[]): Tensor;
  transpose(tensor: Tensor, order?: number[]): Tensor;
  maxPool(tensor: Tensor, size: number, strides: number, pad: 'valid'): Tensor;
  matMul(a: Tensor, b: Tensor): Tensor;
  square(tensor: Tensor): Tensor;
  sum(tensor: Tensor, axis: number, keepDimensions?: boolean): Tensor;
  add(a: Tensor, b: Tensor): Tensor;
  sub(a: Tensor, b: Tensor): Tensor;
  mul(a: Tensor, b: number): Tensor;
  argMin(tensor: Tensor, axis: number): Tensor;
  fused: {
    conv2d(options: {
      x: Tensor;
      filter: Tensor;
      strides: number;
      pad: 'same';
      bias: Tensor;
      activation: 'relu' | 'linear';
    }): Tensor;
  };
}

interface Tensor {
  dataSync(): Float32Array | Int32Array;
  dispose(): void;
}

/** tf is ready: its backend is wasm, with SIMD and one thread. */
export function tfjsPeer(version: string, tf: Tf): Peer {
  return {
    name: 'tfjs-wasm',
    version,
    async prepare(work) {
      if (work.kind === 'convolution') return convolution(tf, work);
      if (work.kind === 'distances' || work.kind === 'nearest') return distances(tf, work);
      return undefined;
    },
    close() {},
  };
}

/** tfjs-wasm has channels-last convolutions only, so that planes are turned on the way in and out. */
function convolution(tf: Tf, { layers, planes, n, rows, columns }: Convolution): Call {
  const packed = layers.map((layer) => {
    if (layer.scale || layer.reluBefore) throw new Error('tfjs: only bias, ReLU and pool.');
    const { inChannels, outChannels } = layer;
    return {
      filter: tf.tidy(() =>
        tf.transpose(tf.tensor(layer.weights, [outChannels, inChannels, 3, 3]), [2, 3, 1, 0]),
      ),
      bias: tf.tensor(layer.bias ?? new Float32Array(outChannels), [outChannels]),
      activation: layer.reluAfter ? ('relu' as const) : ('linear' as const),
      pool: layer.pool,
    };
  });
  return timedCall(
    () =>
      read(tf, () => {
        const image = tf.tensor(planes, [n, layers[0].inChannels, rows, columns]);
        let x = tf.transpose(image, [0, 2, 3, 1]);
        for (const { filter, bias, activation, pool } of packed) {
          x = tf.fused.conv2d({ x, filter, strides: 1, pad: 'same', bias, activation });
          if (pool) x = tf.maxPool(x, 2, 2, 'valid');
        }
        return tf.transpose(x, [0, 3, 1, 2]);
      }),
    () => {
      for (const { filter, bias } of packed) {
        filter.dispose();
        bias.dispose();
      }
    },
  );
}

/** |q|^2 + |p|^2 - 2 q p with the prototypes transposed beforehand, which its matMul prefers. */
function distances(tf: Tf, work: Extract<Work, { kind: 'distances' | 'nearest' }>): Call {
  const { queries, prototypes, dimension } = work;
  const n = queries.length / dimension;
  const m = prototypes.length / dimension;
  const p = tf.tensor(prototypes, [m, dimension]);
  const transposed = tf.transpose(p);
  return timedCall(
    () =>
      read(tf, () => {
        const q = tf.tensor(queries, [n, dimension]);
        const norms = tf.add(tf.sum(tf.square(q), 1, true), tf.sum(tf.square(p), 1));
        const all = tf.sub(norms, tf.mul(tf.matMul(q, transposed), 2));
        return work.kind === 'nearest' ? tf.argMin(all, 1) : all;
      }),
    () => {
      p.dispose();
      transposed.dispose();
    },
  );
}

/** Values leave after tidy, which would search a returned array for tensors, element by element. */
function read(tf: Tf, compute: () => Tensor): Float32Array | Int32Array {
  const tensor = tf.tidy(compute);
  const values = tensor.dataSync();
  tensor.dispose();
  return values;
}
