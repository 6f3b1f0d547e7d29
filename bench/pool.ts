import { once } from 'node:events';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { concat } from '../bindings/core/fewshot/comparison.ts';
import { createPool } from '../bindings/node/pool.ts';
import { bundle } from './hosts/program.ts';
import { type Convolution, type Peer, timedCall } from './peers/work.ts';

/** adatom on several worker threads, measured in turns with adatom on one: images are shared out. */
export async function poolPeer(workers: number): Promise<Peer> {
  const worker = await bundle('bindings/node/worker.ts', 'node');
  const pool = createPool(workers, pathToFileURL(worker));
  return {
    name: `adatom, ${workers} workers`,
    version: '',
    async prepare(work) {
      if (work.kind !== 'convolution' || work.n < workers) return undefined;
      const { layers, planes, n, rows, columns } = work;
      const network = await pool.load(layers);
      return timedCall(async () => (await pool.run(network, planes, n, rows, columns)).planes);
    },
    close: () => pool.close(),
  };
}

/**
 * As many threads that exchange nothing but a word to begin and their small results: what this machine gives so many at
 * once, which no division of work can beat.
 */
export async function apartPeer(count: number): Promise<Peer> {
  const program = pathToFileURL(await bundle('bench/apart-worker.ts', 'node'));
  return {
    name: `${count} threads apart`,
    version: '',
    async prepare(work) {
      if (work.kind !== 'convolution' || work.n < count) return undefined;
      const threads = sharesOf(work, count).map(
        (workerData) => new Worker(program, { workerData }),
      );
      const compute = async () => {
        const done = threads.map((thread) => once(thread, 'message') as Promise<[Float32Array]>);
        for (const thread of threads) thread.postMessage(null);
        return concat((await Promise.all(done)).flat());
      };
      return timedCall(compute, () => {
        for (const thread of threads) void thread.terminate();
      });
    },
    close() {},
  };
}

/** Images dealt out in runs as even as can be. */
function sharesOf(work: Convolution, count: number): Convolution[] {
  const image = work.planes.length / work.n;
  return Array.from({ length: count }, (_, i) => {
    const [first, end] = [i, i + 1].map((j) => Math.round((j * work.n) / count));
    return { ...work, n: end - first, planes: work.planes.slice(first * image, end * image) };
  });
}
