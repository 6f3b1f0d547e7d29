// adatom/kernels: the numbers alone, for programs that cut crops themselves and want to start soon.

import type * as fs from 'node:fs';
import { packagedNaming } from '../core/engine/packaged.ts';
import type { NamedBytes } from '../core/engine/types.ts';
import { AdatomError, FormatError } from '../core/errors.ts';
import type { Kernels } from '../core/kernels.ts';
import type { WasmModule } from '../core/wasm-module.ts';
import { compile, instantiate } from './instance.ts';

export * from '../core/numbers.ts';

let packaged: WasmModule | undefined;

/** A fresh instance of the kernels: those given, compiled, or the package's own. */
export function createKernels(module?: WasmModule): Kernels {
  if (module) return instantiate(module);
  packaged ??= compile(packagedFile('../adatom.wasm'));
  return instantiate(packaged);
}

/** The network that the package brings to name defects with. */
export function defaultWeights(): NamedBytes {
  return packagedNaming({ decode: () => packagedFile('../../models/adatom.safetensors') });
}

/**
 * A file of the package, from the file that this ends up in: as text inside it, as everywhere else, kernels and network
 * would take half of the time to the first embedding to be read.
 */
function packagedFile(path: string): Uint8Array<ArrayBuffer> {
  // Not imported: a statement would first list all that it exports, which takes three milliseconds.
  const files: typeof fs | undefined = globalThis.process.getBuiltinModule?.('node:fs');
  if (!files) {
    throw new AdatomError(
      'adatom/kernels: expected Node 20.16 or newer; adatom itself runs on any Node 20.',
    );
  }
  try {
    const { buffer, byteOffset, length } = files.readFileSync(new URL(path, import.meta.url));
    return new Uint8Array(buffer as ArrayBuffer, byteOffset, length);
  } catch (error) {
    throw new FormatError(
      path,
      0,
      `no such file (${(error as Error).message})`,
      "adatom's own: keep adatom/kernels out of bundles, or import adatom, which has all inside",
    );
  }
}
