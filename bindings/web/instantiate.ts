import { wasmBase64 } from '../../build/adatom.wasm.ts';
import { decodeBase64 } from '../core/base64.ts';
import type { Kernels } from '../core/kernels.ts';
import { compile, instantiate, type WasmSource } from './instance.ts';

/** Compile the kernels off the main thread: those inside the package, without a fetch, or those given. */
export async function compileKernels(wasm?: WasmSource): Promise<WebAssembly.Module> {
  return compile(wasm ?? decodeBase64(wasmBase64()));
}

/** A fresh instance of the kernels on the calling thread. */
export async function createKernels(module?: WebAssembly.Module): Promise<Kernels> {
  return instantiate(module ?? (await compileKernels()));
}
