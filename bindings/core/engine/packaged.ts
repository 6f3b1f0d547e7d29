import type { DefaultWeights, NamedBytes, Weights } from './types.ts';

/** A file inside the package. */
export interface PackagedFile {
  decode(): Uint8Array;
  /**
   * Worked out when the package was built. Not for weights that are handed out: who puts other bytes in
   * their place would have them recorded under this hash.
   */
  sha256?: string;
}

/** The same once it has a name. With a hash it is known to be in order, and read when it is needed. */
interface PackagedBytes extends NamedBytes {
  readonly packagedSha256?: string;
}

/**
 * The networks inside the package, each decoded when its bytes are first asked for. An engine on the
 * calling thread asks for those of `segmenter` when it first finds defects.
 */
export function packagedWeights(naming: PackagedFile, finding: PackagedFile): DefaultWeights {
  const segmenter = packaged('segment.safetensors', finding);
  return Object.assign(packagedNaming(naming), { segmenter });
}

/** The network that names alone. */
export function packagedNaming(file: PackagedFile): NamedBytes {
  return packaged('adatom.safetensors', file);
}

/**
 * The networks of one host's package: `handedOut` new ones to whoever asks, `shared` decoded once for all
 * engines of this thread and not handed out, so that nobody changes them.
 */
export function packagedNetworks(naming: Required<PackagedFile>, finding: Required<PackagedFile>) {
  let known: DefaultWeights | undefined;
  return {
    handedOut: () => packagedWeights({ decode: naming.decode }, { decode: finding.decode }),
    shared(): DefaultWeights {
      known ??= packagedWeights(naming, finding);
      return known;
    },
  };
}

/** What a caller gave, and the package's own where nothing was given; nothing is decoded yet. */
export function weightsOr(own: DefaultWeights, given: Weights | undefined): Weights {
  return given ? { segmenter: own.segmenter, ...given } : own;
}

/** The sha256 of a file of the package; undefined for one that a caller gave. */
export function packagedHash(file: NamedBytes): string | undefined {
  return (file as Partial<PackagedBytes>).packagedSha256;
}

function packaged(name: string, { decode, sha256 }: PackagedFile): PackagedBytes {
  let bytes: Uint8Array | undefined;
  return {
    name,
    ...(sha256 && { packagedSha256: sha256 }),
    get bytes() {
      bytes ??= decode();
      return bytes;
    },
  };
}
