import { wasmBase64 } from '../../build/adatom.wasm.ts';
import type { Kernels } from '../core/kernels.ts';
import { decodeBase64 } from './base64.ts';
import { compile, instantiate } from './instance.ts';

/** The kernels compiled, those given or those inside the package. */
export function compileKernels(
  wasm: Uint8Array<ArrayBuffer> | WebAssembly.Module = decodeBase64(wasmBase64()),
): WebAssembly.Module {
  return compile(wasm);
}

/** A fresh instance of the kernels. */
export function createKernels(module: WebAssembly.Module = compileKernels()): Kernels {
  return instantiate(module);
}
