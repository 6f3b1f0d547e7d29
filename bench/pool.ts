import { pathToFileURL } from 'node:url';
import { createPool } from '../bindings/node/pool.ts';
import { bundle } from './hosts/program.ts';
import { type Peer, timedCall } from './peers/work.ts';

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
