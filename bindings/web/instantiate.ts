import { wasmBase64 } from '../../build/adatom.wasm.ts';
import { decodeBase64 } from '../core/base64.ts';
import { Kernels } from '../core/kernels.ts';
import type { WasmExports } from '../core/wasm.ts';

/** Compile the kernels off the main thread; nothing is fetched. */
export function compileKernels(): Promise<WebAssembly.Module> {
  return WebAssembly.compile(decodeBase64(wasmBase64) as Uint8Array<ArrayBuffer>);
}

/** A fresh instance of the kernels on the calling thread. */
export async function createKernels(module?: WebAssembly.Module): Promise<Kernels> {
  const instance = await WebAssembly.instantiate(module ?? (await compileKernels()));
  return new Kernels(instance.exports as unknown as WasmExports);
}
