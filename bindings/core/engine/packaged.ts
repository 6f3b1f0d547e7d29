import type { DefaultWeights, NamedBytes, Weights } from './types.ts';

/** A file that came with adatom: known to be in order, it need not be read before it is needed. */
interface PackagedBytes extends NamedBytes {
  readonly packaged: true;
}

/**
 * The networks inside the package, each decoded when its bytes are first asked for. An engine on the
 * calling thread asks for those of `segmenter` when it first finds defects.
 */
export function packagedWeights(
  naming: () => Uint8Array,
  finding: () => Uint8Array,
): DefaultWeights {
  const named = packaged('adatom.safetensors', naming);
  return {
    name: named.name,
    get bytes() {
      return named.bytes;
    },
    segmenter: packaged('segment.safetensors', finding),
  };
}

/** What a caller gave, and the package's own where nothing was given; nothing is decoded yet. */
export function weightsOr(own: DefaultWeights, given: Weights | undefined): Weights {
  return given ? { segmenter: own.segmenter, ...given } : own;
}

export function isPackaged(file: NamedBytes): boolean {
  return 'packaged' in file;
}

function packaged(name: string, decode: () => Uint8Array): PackagedBytes {
  let bytes: Uint8Array | undefined;
  return {
    name,
    packaged: true,
    get bytes() {
      bytes ??= decode();
      return bytes;
    },
  };
}
