// adatom/kernels: the numbers alone, for programs that cut crops themselves and want to start soon.

import { readFileSync } from 'node:fs';
import { packagedNaming } from '../core/engine/packaged.ts';
import type { NamedBytes } from '../core/engine/types.ts';
import { FormatError } from '../core/errors.ts';
import type { Kernels } from '../core/kernels.ts';
import { compile, instantiate } from './instance.ts';

export * from '../core/numbers.ts';

/** A fresh instance of the kernels: those given, compiled, or the package's own. */
export function createKernels(module?: WebAssembly.Module): Kernels {
  return instantiate(module ?? compile(packagedFile('../adatom.wasm')));
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
  const url = new URL(path, import.meta.url);
  try {
    return readFileSync(url) as Uint8Array<ArrayBuffer>;
  } catch (error) {
    throw new FormatError(
      url.pathname,
      0,
      `no such file (${(error as Error).message})`,
      "adatom's own: keep adatom/kernels out of bundles, or import adatom, which has all inside",
    );
  }
}
