/** The part of the WebAssembly JavaScript API this host uses; @types/node 20 leaves it to lib.dom. */
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array);
    static imports(module: Module): unknown[];
  }
  class Instance {
    constructor(module: Module, imports?: object);
    readonly exports: Record<string, unknown>;
  }
}
