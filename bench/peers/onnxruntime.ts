import { onnxModel } from './onnx.ts';
import { type Peer, timedCall } from './work.ts';

/** The part of onnxruntime-web and onnxruntime-node that is used here. */
export interface Ort {
  env: { logLevel: string; wasm: { numThreads: number; proxy?: boolean; wasmPaths?: string } };
  Tensor: new (type: 'float32', values: Float32Array, shape: number[]) => OrtTensor;
  InferenceSession: { create(model: Uint8Array, options: object): Promise<Session> };
}

interface OrtTensor {
  data: Float32Array;
}

interface Session {
  outputNames: readonly string[];
  run(inputs: Record<string, OrtTensor>): Promise<Record<string, OrtTensor>>;
  release(): Promise<void>;
}

/** A whole network is one session, so that its graph optimiser may fuse what it can. */
export function onnxruntimePeer(
  name: string,
  version: string,
  ort: Ort,
  provider: 'wasm' | 'cpu',
): Peer {
  return {
    name,
    version,
    async prepare(work) {
      if (work.kind !== 'convolution' && work.kind !== 'network') return undefined;
      const session = await openSession(ort, onnxModel(work), provider);
      const { planes, n, rows, columns } = work;
      const shape = [n, work.layers[0].inChannels, rows, columns];
      return timedCall(
        async () => {
          const outputs = await session.run({ planes: new ort.Tensor('float32', planes, shape) });
          return outputs[session.outputNames[0]].data;
        },
        () => void session.release(),
      );
    },
    close() {},
  };
}

export function openSession(
  ort: Ort,
  model: Uint8Array,
  provider: 'wasm' | 'cpu',
): Promise<Session> {
  return ort.InferenceSession.create(model, {
    executionProviders: [provider],
    graphOptimizationLevel: 'all',
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
  });
}
