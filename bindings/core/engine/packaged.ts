import type { DefaultWeights, NamedBytes } from './types.ts';

/**
 * The networks inside the package, each decoded when its bytes are first asked for: who only finds
 * defects need not wait for the network that names them, nor the other way round.
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

function packaged(name: string, decode: () => Uint8Array): NamedBytes {
  let bytes: Uint8Array | undefined;
  return {
    name,
    get bytes() {
      bytes ??= decode();
      return bytes;
    },
  };
}
