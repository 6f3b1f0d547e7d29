/**
 * A compiled module, a `WebAssembly.Module`: by a name of ours, since not every program that uses the
 * declarations has that namespace. Where there is one, its Module is no more than an object either.
 */
export type WasmModule = object;
