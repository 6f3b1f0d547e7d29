import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { cropSizeFor } from '../../bindings/core/crop-size.ts';
import { CROP_FACTORS, embedAtSizes } from '../../bindings/core/embed-sizes.ts';
import {
  defaultCrop,
  type Embedded,
  type EmbeddingNetwork,
  type EmbedOptions,
  embedPoints,
  type Kernels,
  loadEmbeddingNetwork,
  type Point,
  type Prepared,
  untrainedNetwork,
} from '../../bindings/node/index.ts';
import { sharedFolder } from './cases.ts';

/** One way to turn points of a scan into vectors. */
export interface Embedder {
  name: string;
  /** Compared as in the paper, without the scan's other defects. */
  alone?: boolean;
  embed(
    prepared: Prepared,
    points: readonly Point[],
    /** So many of the points, from the first, are labelled. */
    labelled: number,
  ): Pick<Embedded, 'embeddings' | 'dimension' | 'beside' | 'parts'>;
}

/** The paper's code cuts 16 pixels and takes channel 0's mean from both channels, heights in nm. */
const AS_AUTHORS: EmbedOptions = { crop: { value: 16, unit: 'px' }, normalise: 'authors' };

/** Raw pixels, untrained, published and shipped networks, and those of the weights files given. */
export function embeddersFor(kernels: Kernels, weights: readonly string[]): Embedder[] {
  const load = (path: string) => loadEmbeddingNetwork(kernels, readFileSync(path), basename(path));
  const network = (
    name: string,
    loaded: EmbeddingNetwork,
    options: EmbedOptions = {},
  ): Embedder => ({
    name,
    embed: (prepared, points, labelled) =>
      embedPoints(kernels, prepared, loaded, points, { displaced: labelled, ...options }),
  });
  const published = filesOf(resolve(sharedFolder, 'reference')).flatMap((path) => {
    const name = basename(path, '.safetensors');
    return [
      { ...network(`${name}, as its authors do`, load(path), AS_AUTHORS), alone: true },
      network(name, load(path)),
    ];
  });
  return [
    { name: 'raw pixels', embed: rawPixels },
    network('untrained', untrainedNetwork(kernels)),
    ...published,
    ...['models/adatom.safetensors', ...weights].map((path) => network(basename(path), load(path))),
  ];
}

/** The shipped network with one thing left out or done in another way each, and what it is without training. */
export function ablations(kernels: Kernels): Embedder[] {
  const path = 'models/adatom.safetensors';
  const trained = loadEmbeddingNetwork(kernels, readFileSync(path), basename(path));
  const whole = (network: EmbeddingNetwork): Embedder['embed'] => {
    return (prepared, points, labelled) =>
      embedPoints(kernels, prepared, network, points, { displaced: labelled });
  };
  return [
    { name: 'as shipped', embed: whole(trained) },
    { name: 'untrained', embed: whole(untrainedNetwork(kernels)) },
    { name: 'without the unlabelled rest', alone: true, embed: whole(trained) },
    {
      name: 'one crop size',
      embed: (prepared, points, labelled) =>
        embedPoints(kernels, prepared, trained, points, {
          crop: defaultCrop(prepared, points),
          displaced: labelled,
        }),
    },
    {
      name: 'examples from one place',
      embed: (prepared, points) => embedPoints(kernels, prepared, trained, points),
    },
    {
      name: "normalised as in the authors' code, one size",
      embed: (prepared, points) =>
        embedPoints(kernels, prepared, trained, points, {
          crop: defaultCrop(prepared, points),
          normalise: 'authors',
        }),
    },
  ];
}

/** The crops that a network would get, themselves. */
function rawPixels({ levelled }: Prepared, points: readonly Point[], labelled: number) {
  const { scaleX, scaleY } = levelled;
  const places = points.map(({ x, y }) => ({
    x: (x + 0.5) * scaleX - 0.5,
    y: (y + 0.5) * scaleY - 0.5,
  }));
  const size = cropSizeFor(levelled, places);
  const asTheyAre = (crops: Float32Array, n: number) => ({
    embeddings: crops,
    dimension: crops.length / Math.max(1, n),
  });
  const looks = CROP_FACTORS.map((factor) => ({ sizePx: factor * size, ways: [asTheyAre] }));
  return embedAtSizes(levelled, places, looks, 'scan', labelled);
}

function filesOf(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.safetensors'))
    .sort()
    .map((name) => resolve(folder, name));
}
