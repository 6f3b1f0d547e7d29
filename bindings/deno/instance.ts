import { Kernels } from '../core/kernels.ts';
import type { WasmExports } from '../core/wasm.ts';

/** The kernels compiled; synchronous, which Deno allows for modules of any size. */
export function compile(wasm: Uint8Array<ArrayBuffer> | WebAssembly.Module): WebAssembly.Module {
  return wasm instanceof WebAssembly.Module ? wasm : new WebAssembly.Module(wasm);
}

/** A fresh instance of the kernels; needs no permission. */
export function instantiate(module: WebAssembly.Module): Kernels {
  return new Kernels(new WebAssembly.Instance(module).exports as unknown as WasmExports);
}
