import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import type * as core from '../../bindings/core/index.ts';

// What every host must compute to the last bit. The same file runs in Node, in Deno and in a
// Chromium worker; each returns the sha256 of every result.

/** A host's entry point, as its users import it. */
export type Host = typeof core & {
  createKernels(): core.Kernels | Promise<core.Kernels>;
  createPool(size?: number): core.Pool | Promise<core.Pool>;
};

/** Hash of each case's result. */
export type Hashes = Record<string, string>;

/** The bundled scan and its labelled examples, as they lie in examples/. */
export interface Example {
  scan: Uint8Array;
  support: string;
}

/** The pipeline with kernels and network already chosen; the web host's Engine has this shape. */
export interface Pipeline {
  readScan(bytes: Uint8Array, name: string): Awaitable<core.Scan>;
  prepare(scan: core.Scan): Awaitable<core.Prepared>;
  findDefects(prepared: core.Prepared): Awaitable<core.Found>;
  embedPoints(prepared: core.Prepared, points: core.Point[]): Awaitable<core.Embedded>;
  classifyDefects(
    prepared: core.Prepared,
    points: core.Point[],
    support: core.SupportPoint[],
  ): Awaitable<core.Named>;
}

type Awaitable<T> = T | Promise<T>;

/** The pipeline of a host that computes on the calling thread. */
export function pipelineOf(host: Host, kernels: core.Kernels): Pipeline {
  const network = host.untrainedNetwork(kernels);
  return {
    readScan: host.readScan,
    prepare: (scan) => host.prepare(kernels, scan),
    findDefects: (prepared) => host.findDefects(kernels, prepared),
    embedPoints: (prepared, points) => host.embedPoints(kernels, prepared, network, points),
    classifyDefects: (prepared, points, support) =>
      host.classifyDefects(kernels, prepared, network, points, support),
  };
}

/** The bundled scan from file bytes to labels. */
export async function scanCases(pipeline: Pipeline, example: Example): Promise<Hashes> {
  const scan = await pipeline.readScan(example.scan, 'dimer-rows.sxm');
  const prepared = await pipeline.prepare(scan);
  const found = await pipeline.findDefects(prepared);
  if (found.defects.length === 0) throw new Error('the bundled scan holds defects, none was found');
  const support = parseSupport(example.support);
  const embedded = await pipeline.embedPoints(prepared, found.defects);
  const named = await pipeline.classifyDefects(prepared, found.defects, support);
  return {
    'scan: pixels read': hash(...scan.channels.map(({ pixels }) => pixels)),
    'scan: levelled': hash(...prepared.levelled.planes),
    'scan: mask': hash(found.mask),
    'scan: regions': hash(found.regionIds),
    'scan: defects': hash(JSON.stringify(found.defects)),
    'scan: embeddings': hash(embedded.embeddings),
    'scan: labels': hash(JSON.stringify(named.labels)),
    'scan: confidences': hash(named.confidence),
    'scan: steps': hash(JSON.stringify([prepared.levelled.steps, found.steps, named.steps])),
  };
}

/** Every kernel on seeded numbers, at sizes that leave a scalar tail. */
export function kernelCases({ Random }: Pick<Host, 'Random'>, kernels: core.Kernels): Hashes {
  const random = new Random(20250601);
  const numbers = (n: number, scale = 1) =>
    Float32Array.from({ length: n }, () => random.between(-scale, scale));
  const layer = (inChannels: number, outChannels: number): core.ConvLayer => ({
    inChannels,
    outChannels,
    weights: numbers(outChannels * inChannels * 9),
    bias: numbers(outChannels),
    scale: numbers(outChannels),
    shift: numbers(outChannels),
    reluBefore: true,
    reluAfter: true,
    pool: true,
  });
  const network = kernels.load([layer(2, 13), layer(13, 9), { ...layer(9, 5), pool: false }]);
  const points = numbers(501 * 7, 3);
  const clusters = kernels.kmeans(points, 7, 5, { seed: 11 });
  const queries = numbers(23 * 67);
  const prototypes = numbers(6 * 67);
  return {
    network: hash(kernels.run(network, numbers(3 * 2 * 41 * 37), 3, 41, 37).planes),
    'max pool': hash(kernels.maxPool2x2(numbers(3 * 17 * 19), 3, 17, 19)),
    resize: hash(kernels.resizeBilinear(numbers(2 * 31 * 29), 2, 31, 29, 45, 22)),
    'squared euclidean': hash(kernels.squaredEuclidean(queries, prototypes, 67)),
    cosine: hash(kernels.cosine(queries, prototypes, 67)),
    'expanded distances': hash(kernels.squaredEuclidean(queries, numbers(41 * 67), 67)),
    nearest: hash(...Object.values(kernels.nearest(queries, numbers(41 * 67), 67))),
    blur: hash(kernels.blur(numbers(2 * 31 * 29), 2, 31, 29, Float32Array.of(0.4, 0.2, 0.1))),
    'k-means': hash(clusters.centres, clusters.labels, Float64Array.of(clusters.inertia)),
    exp: hash(values(random, -745, 710, (x) => kernels.exp(x))),
    log: hash(values(random, 0, 1e6, (x) => kernels.log(x))),
    sin: hash(values(random, -1e5, 1e5, (x) => kernels.sin(x))),
    cos: hash(values(random, -1e5, 1e5, (x) => kernels.cos(x))),
    normal: hash(values(random, 0, 1, () => kernels.normal(random))),
  };
}

/** A network on many images, on one worker and on three: each as the host's own kernels give it. */
export async function poolCases(host: Pick<Host, 'Random' | 'createPool'>): Promise<Hashes> {
  const random = new host.Random(7);
  const numbers = (n: number) => Float32Array.from({ length: n }, () => random.between(-1, 1));
  const layer = { inChannels: 2, outChannels: 8, weights: numbers(8 * 2 * 9), reluAfter: true };
  const layers: core.ConvLayer[] = [
    { ...layer, pool: true },
    { ...layer, inChannels: 8, weights: numbers(8 * 8 * 9), pool: true },
  ];
  const images = numbers(53 * 2 * 22 * 21);
  const hashes: Hashes = {};
  for (const size of [1, 3]) {
    const pool = await host.createPool(size);
    try {
      const network = await pool.load(layers);
      hashes[`pool of ${size}`] = hash((await pool.run(network, images, 53, 22, 21)).planes);
    } finally {
      pool.close();
    }
  }
  return hashes;
}

/** f at ten thousand places between low and high, close to zero as well as far. */
function values(
  random: core.Random,
  low: number,
  high: number,
  f: (x: number) => number,
): Float64Array {
  return Float64Array.from({ length: 10_000 }, (_, i) => {
    const x = random.between(low, high);
    return f(i % 2 ? x : x / 1024);
  });
}

/** sha256 of the parts' bytes, each preceded by its length. */
function hash(...parts: (ArrayBufferView | string)[]): string {
  const all = sha256.create();
  for (const part of parts) {
    const bytes =
      typeof part === 'string'
        ? new TextEncoder().encode(part)
        : new Uint8Array(part.buffer, part.byteOffset, part.byteLength);
    all.update(new Uint8Array(Uint32Array.of(bytes.length).buffer)).update(bytes);
  }
  return bytesToHex(all.digest());
}

/** Rows of a support CSV with the columns x_px, y_px and label, in any order. */
function parseSupport(text: string): core.SupportPoint[] {
  const [header, ...rows] = text.trim().split(/\r?\n/);
  const columns = header.split(',');
  return rows.map((row) => {
    const cells = row.split(',');
    const cell = (name: string) => cells[columns.indexOf(name)];
    return { x: Number(cell('x_px')), y: Number(cell('y_px')), label: cell('label') };
  });
}
