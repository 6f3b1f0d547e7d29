import { wasmBase64 } from '../../build/adatom.wasm.ts';
import { decodeBase64 } from '../core/base64.ts';
import type { Kernels } from '../core/kernels.ts';
import { compile, instantiate, type WasmSource } from './instance.ts';

let packaged: Promise<WebAssembly.Module> | undefined;

/**
 * Compile the kernels off the main thread: those given, or those inside the package, without a
 * fetch and once for all engines.
 */
export function compileKernels(wasm?: WasmSource): Promise<WebAssembly.Module> {
  if (wasm) return compile(wasm);
  packaged ??= compile(decodeBase64(wasmBase64())).catch((error) => {
    packaged = undefined; // the next engine may have better luck
    throw error;
  });
  return packaged;
}

/** A fresh instance of the kernels on the calling thread. */
export async function createKernels(module?: WebAssembly.Module): Promise<Kernels> {
  return instantiate(module ?? (await compileKernels()));
}
