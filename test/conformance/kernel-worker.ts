// A module worker that imports the package by itself, as an application with its own worker does.
import type * as web from '../../bindings/web/index.ts';
import { kernelCases } from './cases.ts';

const entry = '/dist/web/index.js';
const host: typeof web = await import(entry);
postMessage(kernelCases(host, await host.createKernels()));
