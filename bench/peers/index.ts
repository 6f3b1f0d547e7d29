import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Ort, onnxruntimePeer } from './onnxruntime.ts';
import { pythonPeer } from './python.ts';
import { type Tf, tfjsPeer } from './tfjs.ts';
import type { Peer } from './work.ts';

/** Peers that this machine has, and why the others are absent. */
export interface Peers {
  present: Peer[];
  absent: { name: string; reason: string }[];
}

export const packages = resolve('bench/peers/node_modules');

const loaders: Record<string, () => Promise<Peer>> = {
  'onnxruntime-web': onnxruntimeWeb,
  'tfjs-wasm': tfjsWasm,
  PyTorch: () => pythonPeer('PyTorch', 'torch'),
  'scikit-learn': () => pythonPeer('scikit-learn', 'sklearn'),
  'OpenBLAS (numpy)': () => pythonPeer('OpenBLAS (numpy)', 'numpy'),
  // the same with vectors as long as WebAssembly's; of its two such kernels the faster one here
  'OpenBLAS, 128 bit': () =>
    pythonPeer('OpenBLAS, 128 bit', 'numpy', { OPENBLAS_CORETYPE: 'Prescott' }),
  'onnxruntime-node': onnxruntimeNode,
};

export async function loadPeers(): Promise<Peers> {
  const peers: Peers = { present: [], absent: [] };
  for (const [name, load] of Object.entries(loaders)) {
    try {
      peers.present.push(await load());
    } catch (error) {
      const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
      peers.absent.push({ name, reason });
    }
  }
  return peers;
}

async function onnxruntimeWeb(): Promise<Peer> {
  const version = versionOf('onnxruntime-web');
  const path = join(packages, 'onnxruntime-web/dist/ort.node.min.mjs');
  const ort: Ort = await import(pathToFileURL(path).href);
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = 'error';
  return onnxruntimePeer('onnxruntime-web', version, ort, 'wasm');
}

async function onnxruntimeNode(): Promise<Peer> {
  const version = versionOf('onnxruntime-node');
  const ort: Ort = requirePeer('onnxruntime-node');
  return onnxruntimePeer('onnxruntime-node', version, ort, 'cpu');
}

async function tfjsWasm(): Promise<Peer> {
  const version = versionOf('@tensorflow/tfjs-backend-wasm');
  const tf: Tf = requirePeer('@tensorflow/tfjs-core');
  const wasm: { setWasmPaths(folder: string): void; setThreadsCount(threads: number): void } =
    requirePeer('@tensorflow/tfjs-backend-wasm');
  wasm.setWasmPaths(`${join(packages, '@tensorflow/tfjs-backend-wasm/dist')}/`);
  wasm.setThreadsCount(1);
  await tf.setBackend('wasm');
  await tf.ready();
  return tfjsPeer(version, tf);
}

export function versionOf(name: string): string {
  const path = join(packages, name, 'package.json');
  if (!existsSync(path)) {
    throw new Error('not installed: npm ci --prefix bench/peers --ignore-scripts');
  }
  return JSON.parse(readFileSync(path, 'utf8')).version;
}

function requirePeer<T>(name: string): T {
  return createRequire(join(dirname(packages), 'package.json'))(name);
}
