// A thread with a share of the images and kernels of its own: runs them when asked, and is given nothing meanwhile.
import { parentPort, workerData } from 'node:worker_threads';
import { createKernels } from '../bindings/node/instantiate.ts';
import type { Convolution } from './peers/work.ts';

const { layers, planes, n, rows, columns } = workerData as Convolution;
const kernels = createKernels();
const network = kernels.load(layers);
parentPort!.on('message', () => {
  parentPort!.postMessage(kernels.run(network, planes, n, rows, columns).planes);
});
