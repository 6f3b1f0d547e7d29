/** The part of Deno's own API that this host uses. */
declare namespace Deno {
  function readFileSync(path: string): Uint8Array;
  function readDirSync(path: string): Iterable<{ name: string; isFile: boolean }>;
}

/** The part of the WebAssembly JavaScript API that this host uses. */
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array);
  }
  class Instance {
    constructor(module: Module, imports?: object);
    readonly exports: Record<string, unknown>;
  }
}
