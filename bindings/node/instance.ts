import { Kernels } from '../core/kernels.ts';
import type { WasmExports } from '../core/wasm.ts';
import type { WasmModule } from '../core/wasm-module.ts';

/** The kernels compiled; synchronous, which Node allows for modules of any size. */
export function compile(wasm: Uint8Array<ArrayBuffer> | WasmModule): WasmModule {
  return wasm instanceof WebAssembly.Module
    ? wasm
    : new WebAssembly.Module(wasm as Uint8Array<ArrayBuffer>);
}

/** A fresh instance of the kernels. */
export function instantiate(module: WasmModule): Kernels {
  return new Kernels(new WebAssembly.Instance(module).exports as unknown as WasmExports);
}
