// From the import of an engine to its first embedding, on any host.
import type * as node from '../../bindings/node/index.ts';
import type * as web from '../../bindings/web/index.ts';
import { type Ort, openSession } from '../peers/onnxruntime.ts';

/** One start in a fresh process or page. */
export interface Start {
  ms: number;
  /** Of the embedding: engines must agree on it. */
  values: number;
  sum: number;
  /** What the time went to, in ms. */
  steps?: Record<string, number>;
}

/** What to start, as a process gets it in words and a page from its server. */
export interface StartRequest {
  engine: 'adatom' | 'onnxruntime-web';
  /** Address of the module to import. */
  entry: string;
  /** Of the crop. */
  side: number;
  /** onnxruntime-web's: addresses of the model and, where it cannot guess it, of its folder. */
  model?: string;
  folder?: string;
}

/** `read` gets a file by its address. */
export function start(
  request: StartRequest,
  read: (address: string) => Uint8Array | Promise<Uint8Array>,
): Promise<Start> {
  return request.engine === 'adatom' ? startAdatom(request) : startOnnxruntime(request, read);
}

async function startAdatom({ entry, side }: StartRequest): Promise<Start> {
  const crop = cropOf(side);
  const start = performance.now();
  // as a page has it: what is immediate elsewhere can be waited for too
  const { createKernels, defaultWeights, loadEmbeddingNetwork }: typeof node | typeof web =
    await import(entry);
  const imported = performance.now();
  const kernels = await createKernels();
  const instantiated = performance.now();
  const { bytes, name } = await defaultWeights();
  const { loaded } = loadEmbeddingNetwork(kernels, bytes, name);
  const weighted = performance.now();
  const { planes } = kernels.run(loaded, crop, 1, side, side);
  const end = performance.now();
  const steps = {
    import: imported - start,
    instantiate: instantiated - imported,
    weights: weighted - instantiated,
    'first run': end - weighted,
  };
  return { ms: end - start, values: planes.length, sum: sumOf(planes), steps };
}

async function startOnnxruntime(
  { entry, side, model, folder }: StartRequest,
  read: (address: string) => Uint8Array | Promise<Uint8Array>,
): Promise<Start> {
  const crop = cropOf(side);
  const start = performance.now();
  const ort: Ort = await import(entry);
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = 'error';
  if (folder) ort.env.wasm.wasmPaths = folder;
  const session = await openSession(ort, await read(model!), 'wasm');
  const planes = new ort.Tensor('float32', crop, [1, 2, side, side]);
  const outputs = await session.run({ planes });
  const { data } = outputs[session.outputNames[0]];
  return { ms: performance.now() - start, values: data.length, sum: sumOf(data) };
}

function cropOf(side: number): Float32Array {
  return Float32Array.from({ length: 2 * side * side }, (_, i) => (i % 17) / 17);
}

function sumOf(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}
