import { wasmBase64 } from '../../build/adatom.wasm.ts';
import { decodeBase64 } from '../core/base64.ts';
import { Kernels } from '../core/kernels.ts';
import type { WasmExports } from '../core/wasm.ts';

/** The kernels compiled; synchronous, which Node allows for modules of any size. */
export function compileKernels(): WebAssembly.Module {
  return new WebAssembly.Module(decodeBase64(wasmBase64) as Uint8Array<ArrayBuffer>);
}

/** A fresh instance of the kernels. */
export function createKernels(module: WebAssembly.Module = compileKernels()): Kernels {
  return new Kernels(new WebAssembly.Instance(module).exports as unknown as WasmExports);
}
