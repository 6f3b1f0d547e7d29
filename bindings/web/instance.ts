import { AdatomError } from '../core/errors.ts';
import { Kernels } from '../core/kernels.ts';
import type { WasmExports } from '../core/wasm.ts';

/** The kernels (adatom.wasm) from elsewhere; an address is fetched. */
export type WasmSource = WebAssembly.Module | BufferSource | Response | URL | string;

/** Compile the kernels off the main thread. */
export async function compile(wasm: WasmSource): Promise<WebAssembly.Module> {
  if (wasm instanceof WebAssembly.Module) return wasm;
  if (wasm instanceof URL || typeof wasm === 'string') return compileResponse(await fetch(wasm));
  return wasm instanceof Response ? compileResponse(wasm) : WebAssembly.compile(wasm);
}

/** As it streams in, where the server gives the type that streaming insists on. */
async function compileResponse(response: Response): Promise<WebAssembly.Module> {
  if (!response.ok) {
    throw new AdatomError(
      `wasm: expected ${response.url} to be found, got status ${response.status}.`,
    );
  }
  const type = response.headers.get('Content-Type') ?? '';
  if (/^application\/wasm\s*(;|$)/i.test(type)) return WebAssembly.compileStreaming(response);
  return WebAssembly.compile(await response.arrayBuffer());
}

/** A fresh instance of the kernels on the calling thread. */
export async function instantiate(module: WebAssembly.Module): Promise<Kernels> {
  const instance = await WebAssembly.instantiate(module);
  return new Kernels(instance.exports as unknown as WasmExports);
}
