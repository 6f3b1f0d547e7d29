import { wasmBase64 } from '../../build/adatom.wasm.ts';
import type { Kernels } from '../core/kernels.ts';
import { decodeBase64 } from './base64.ts';
import { compile, instantiate } from './instance.ts';

let packaged: WebAssembly.Module | undefined;

/** The kernels compiled: those given, or those inside the package, once for all engines. */
export function compileKernels(
  wasm?: Uint8Array<ArrayBuffer> | WebAssembly.Module,
): WebAssembly.Module {
  if (wasm) return compile(wasm);
  packaged ??= compile(decodeBase64(wasmBase64()));
  return packaged;
}

/** A fresh instance of the kernels. */
export function createKernels(module: WebAssembly.Module = compileKernels()): Kernels {
  return instantiate(module);
}
