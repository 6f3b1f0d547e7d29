// A worker of Deno that imports the package by itself, as an application with its own workers does.
import type * as deno from '../../bindings/deno/mod.ts';
import { kernelCases } from './cases.ts';

const host: typeof deno = await import(new URL('../../dist/deno/mod.js', import.meta.url).href);
(self as unknown as { postMessage(message: unknown): void }).postMessage(
  kernelCases(host, host.createKernels()),
);
