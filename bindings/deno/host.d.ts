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

/** The part of the web platform that this host uses. */
interface MessageEvent {
  readonly data: unknown;
}
declare class Worker {
  constructor(url: URL, options: { type: 'module' });
  onmessage: ((event: { data: never }) => void) | null;
  onerror: ((event: { message: string; preventDefault(): void }) => void) | null;
  postMessage(message: unknown, transfer?: (ArrayBuffer | MessagePort)[]): void;
  terminate(): void;
}
interface MessagePort {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  onmessage: ((event: { data: never }) => void) | null;
}
declare class MessageChannel {
  readonly port1: MessagePort;
  readonly port2: MessagePort;
}
declare const navigator: { hardwareConcurrency: number };
declare const self: {
  onmessage: ((event: MessageEvent) => void) | null;
  postMessage(message: unknown, transfer?: ArrayBuffer[]): void;
};
declare class URL {
  constructor(url: string, base?: string);
}
interface ImportMeta {
  url: string;
}
