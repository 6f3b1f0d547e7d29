// A thread of Node that imports the package by itself, as an application with its own threads does.
import { parentPort, workerData } from 'node:worker_threads';
import type * as node from '../../bindings/node/index.ts';
import { kernelCases } from './cases.ts';

const host: typeof node = await import(workerData);
parentPort?.postMessage(kernelCases(host, host.createKernels()));
