import { wasmBase64 } from '../../build/adatom.wasm.ts';
import { decodeBase64 } from '../core/base64.ts';
import { Kernels } from '../core/kernels.ts';
import type { WasmExports } from '../core/wasm.ts';

/** A fresh instance of the kernels; needs no permission. */
export function createKernels(): Kernels {
  const module = new WebAssembly.Module(decodeBase64(wasmBase64) as Uint8Array<ArrayBuffer>);
  return new Kernels(new WebAssembly.Instance(module).exports as unknown as WasmExports);
}
