import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { build } from 'esbuild';
import { root } from '../deno/run.ts';
import { allCases, type Hashes, type Host } from './cases.ts';

const entry = pathToFileURL(join(root, 'dist/node/index.js')).href;

export async function runInNode(): Promise<Hashes> {
  const host: Host = await import(entry);
  return allCases(host, {
    scan: new Uint8Array(readFileSync(join(root, 'examples/dimer-rows.sxm'))),
    support: readFileSync(join(root, 'examples/dimer-rows.support.csv'), 'utf8'),
    weights: new Uint8Array(readFileSync(join(root, 'models/adatom.safetensors'))),
    segmenter: new Uint8Array(readFileSync(join(root, 'models/segment.safetensors'))),
  });
}

/** The kernels' cases in a thread of the test's own. */
export async function runKernelsInThread(): Promise<Hashes> {
  const outfile = join(root, 'build/run/kernel-thread.mjs');
  await build({
    entryPoints: [join(root, 'test/conformance/kernel-thread.ts')],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
  });
  const thread = new Worker(pathToFileURL(outfile), { workerData: entry });
  return new Promise((resolve, reject) => thread.on('message', resolve).on('error', reject));
}
