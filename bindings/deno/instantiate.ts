import { wasmBase64 } from '../../build/adatom.wasm.ts';
import { decodeBase64 } from '../core/base64.ts';
import type { Kernels } from '../core/kernels.ts';
import { compile, instantiate } from './instance.ts';

/** The kernels compiled, those given or those inside the package. */
export function compileKernels(
  wasm: Uint8Array<ArrayBuffer> | WebAssembly.Module = decodeBase64(wasmBase64()),
): WebAssembly.Module {
  return compile(wasm);
}

/** A fresh instance of the kernels; needs no permission. */
export function createKernels(module: WebAssembly.Module = compileKernels()): Kernels {
  return instantiate(module);
}
