import { wasmBase64 } from '../../build/adatom.wasm.ts';
import type { Kernels } from '../core/kernels.ts';
import type { WasmModule } from '../core/wasm-module.ts';
import { decodeBase64 } from './base64.ts';
import { compile, instantiate } from './instance.ts';

let packaged: WasmModule | undefined;

/** The kernels compiled: those given, or those inside the package, once for all engines. */
export function compileKernels(wasm?: Uint8Array<ArrayBuffer> | WasmModule): WasmModule {
  if (wasm) return compile(wasm);
  packaged ??= compile(decodeBase64(wasmBase64()));
  return packaged;
}

/** A fresh instance of the kernels. */
export function createKernels(module: WasmModule = compileKernels()): Kernels {
  return instantiate(module);
}
