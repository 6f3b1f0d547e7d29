import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { Engine, EngineOptions, Plane } from '../../bindings/core/engine/types.ts';
import type * as core from '../../bindings/core/index.ts';

// What every host must compute to the last bit. The same file runs in Node, in Deno and in a
// Chromium worker; each returns the sha256 of every result.

/** A host's entry point, as its users import it. */
export type Host = typeof core & {
  createKernels(): core.Kernels | Promise<core.Kernels>;
  createPool(size?: number): core.Pool | Promise<core.Pool>;
  createShardRunner(
    job: core.ShardJob,
    size?: number,
  ): core.ShardRunner | Promise<core.ShardRunner>;
  createAdatom(options?: EngineOptions): Promise<Engine>;
};

/** Hash of each case's result. */
export type Hashes = Record<string, string>;

/** The bundled scan and its labelled examples, as they lie in examples/, and the package's network. */
export interface Example {
  scan: Uint8Array;
  support: string;
  /** models/adatom.safetensors, which an engine finds by itself. */
  weights: Uint8Array;
  /** models/segment.safetensors, likewise. */
  segmenter: Uint8Array;
}

/** Every case of a host, the bundled scan both directly and through the engine, in a worker and not. */
export async function allCases(host: Host, example: Example): Promise<Hashes> {
  const kernels = await host.createKernels();
  return {
    ...kernelCases(host, kernels),
    ...(await poolCases(host)),
    ...(await trainingCases(host, kernels)),
    ...growthCases(host, await host.createKernels()),
    ...under('scan', scanCases(host, kernels, example)),
    ...under('engine, calling thread', await engineCases(host, 0, example)),
    ...under('engine, one worker', await engineCases(host, 1, example)),
    ...under('engine, two workers', await engineCases(host, 2, example)),
  };
}

function under(title: string, hashes: Hashes): Hashes {
  return Object.fromEntries(
    Object.entries(hashes).map(([name, hash]) => [`${title}: ${name}`, hash]),
  );
}

/** The bundled scan from file bytes to labels. */
export function scanCases(host: Host, kernels: core.Kernels, example: Example): Hashes {
  const network = host.loadEmbeddingNetwork(kernels, example.weights, 'adatom.safetensors');
  const scan = host.readScan(example.scan, 'dimer-rows.sxm');
  const prepared = host.prepare(kernels, scan);
  const found = host.findDefects(kernels, prepared, {
    segmenter: host.loadSegmenter(example.segmenter, 'segment.safetensors'),
  });
  if (found.defects.length === 0) throw new Error('the bundled scan holds defects, none was found');
  const support = parseSupport(example.support);
  const embedded = host.embedPoints(kernels, prepared, network, found.defects);
  const named = host.classifyDefects(kernels, prepared, network, found.defects, support);
  return {
    'pixels read': hash(...scan.channels.map(({ pixels }) => Float32Array.from(pixels))),
    levelled: hash(...prepared.levelled.planes),
    mask: hash(found.mask),
    regions: hash(found.regionIds),
    defects: hash(JSON.stringify(found.defects)),
    embeddings: hash(embedded.embeddings),
    steps: hash(JSON.stringify([prepared.levelled.steps, found.steps])),
    labels: hash(JSON.stringify(named.labels)),
    confidences: hash(named.confidence),
  };
}

/** The same through the engine, up to the files of a run; examples are given by their defect. */
export async function engineCases(
  host: Pick<Host, 'createAdatom'>,
  workers: number,
  example: Omit<Example, 'weights' | 'segmenter'>,
): Promise<Hashes> {
  const engine = await host.createAdatom({ workers });
  try {
    const scan = await engine.open({ name: 'dimer-rows.sxm', bytes: example.scan });
    const pixels = await planes(scan.info.channels.length, (i) => scan.channelPixels(i));
    const prepared = await scan.prepare();
    const levelled = await planes(prepared.channels.length, (i) => scan.levelledPlane(i));
    const found = await scan.find();
    await scan.embed(found.defects);
    const { embeddings } = await scan.embeddings();
    const examples = parseSupport(example.support).map(({ x, y, label }) => ({
      point: nearest(found.defects, x, y),
      label,
    }));
    const named = await scan.classify(examples);
    const counts = await scan.count(named.labels, named.classes, found.searchedFraction);
    const files = await scan.files({
      command: 'classify',
      options: {},
      otherInputs: [],
      mask: found.mask,
      regionIds: found.regionIds,
      defects: found.defects,
      labels: named.labels,
      confidence: [...named.confidence],
      classes: named.classes,
      counts,
      steps: [...prepared.steps, ...found.steps, ...named.steps],
      warnings: [],
    });
    return {
      'pixels read': hash(...pixels),
      levelled: hash(...levelled),
      mask: hash(found.mask),
      regions: hash(found.regionIds),
      defects: hash(JSON.stringify(found.defects)),
      embeddings: hash(embeddings),
      steps: hash(JSON.stringify([prepared.levelled.steps, found.steps])),
      names: hash(JSON.stringify([named.labels, named.nearest])),
      scores: hash(named.confidence, named.scores),
      files: hash(...files.map(([, content]) => content)),
    };
  } finally {
    engine.dispose();
  }
}

async function planes(count: number, plane: (index: number) => Promise<Plane>) {
  const all: Float32Array[] = [];
  for (let i = 0; i < count; i++) all.push((await plane(i)).pixels);
  return all;
}

function nearest(defects: readonly core.Defect[], x: number, y: number): number {
  const squared = defects.map((defect) => (defect.x - x) ** 2 + (defect.y - y) ** 2);
  return squared.indexOf(Math.min(...squared));
}

/**
 * Every kernel on seeded numbers, at sizes that leave a scalar tail. assembly/selftest/cases.ts draws
 * the same numbers in the same order.
 */
export function kernelCases({ Random }: Pick<Host, 'Random'>, kernels: core.Kernels): Hashes {
  const random = new Random(20250601);
  const numbers = (n: number, scale = 1) =>
    Float32Array.from({ length: n }, () => random.between(-scale, scale));
  const layer = (
    inChannels: number,
    outChannels: number,
    kind: NonNullable<core.ConvLayer['kind']> = '3x3',
  ): core.ConvLayer => ({
    kind,
    inChannels,
    outChannels,
    weights: numbers(outChannels * inChannels * { '3x3': 9, '1x1': 1, up2x2: 4 }[kind]),
    bias: numbers(outChannels),
    scale: numbers(outChannels),
    shift: numbers(outChannels),
    reluBefore: true,
    reluAfter: true,
    pool: kind === '3x3',
  });
  const network = kernels.load([layer(2, 13), layer(13, 9), { ...layer(9, 5), pool: false }]);
  // channels in fours and more than a tile: by Winograd's algorithm
  const winograd = kernels.load([layer(8, 12), { ...layer(12, 8), pool: false }]);
  const others = kernels.load([layer(6, 9, '1x1'), layer(9, 5, 'up2x2')]);
  const points = numbers(501 * 7, 3);
  const clusters = kernels.kmeans(points, 7, 5, { seed: 11 });
  const queries = numbers(23 * 67);
  const prototypes = numbers(6 * 67);
  return {
    network: hash(kernels.run(network, numbers(3 * 2 * 41 * 37), 3, 41, 37).planes),
    winograd: hash(kernels.run(winograd, numbers(2 * 8 * 41 * 37), 2, 41, 37).planes),
    '1x1 and up': hash(kernels.run(others, numbers(2 * 6 * 13 * 11), 2, 13, 11).planes),
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

/**
 * A layer on an image for which fresh kernels' memory grows more than ten-fold. Throws unless it
 * does, and unless a network loaded before gives the same bits after.
 */
function growthCases({ Random }: Pick<Host, 'Random'>, kernels: core.Kernels): Hashes {
  const random = new Random(3);
  const numbers = (n: number) => Float32Array.from({ length: n }, () => random.between(-1, 1));
  const first = kernels.memory().reserved;
  const weights = numbers(12 * 2 * 9);
  const network = kernels.load([{ inChannels: 2, outChannels: 12, weights, pool: true }]);
  const small = numbers(2 * 9 * 7);
  const before = hash(kernels.run(network, small, 1, 9, 7).planes);
  const large = hash(kernels.squaredEuclidean(numbers(2000 * 50), numbers(1500 * 50), 50));
  const { reserved } = kernels.memory();
  if (reserved < 10 * first) throw new Error(`the memory grew from ${first} to ${reserved} only`);
  const after = hash(kernels.run(network, small, 1, 9, 7).planes);
  if (after !== before) throw new Error('a network gives other bits once its memory has grown');
  return { 'before and after the memory grew': before, 'memory grown ten-fold': large };
}

/**
 * Two steps of training a small network on simulated scans: on the calling thread, in a worker, and
 * in two.
 */
export async function trainingCases(host: Host, kernels: core.Kernels): Promise<Hashes> {
  const spec = host.conv4Spec([8, 12], 2);
  const plan = host.planNetwork(spec);
  const options = { gain: 0.3, size: 20, shards: 2 };
  const job: core.ShardJob = { spec, source: { kind: 'simulated', options }, seed: 5 };
  const schedule = { steps: 2, seed: 5, shards: 2, rate: 2e-3, warmUp: 1, validateEvery: 2 };
  const validation = [host.openSource(job.source)(kernels, 6, 0)];
  const runners: Record<string, () => core.ShardRunner | Promise<core.ShardRunner>> = {
    'calling thread': () => host.runHere(kernels, job),
    'one worker': () => host.createShardRunner(job, 1),
    'two workers': () => host.createShardRunner(job, 2),
  };
  const hashes: Hashes = {};
  for (const [name, start] of Object.entries(runners)) {
    const runner = await start();
    const progress = host.startProgress(plan, schedule.seed);
    try {
      await host.train(kernels, plan, schedule, runner, progress, validation);
    } finally {
      runner.close();
    }
    const { state, moments, losses, accuracies, validations } = progress;
    hashes[`training, ${name}`] = hash(
      state.parameters,
      state.statistics,
      moments.first,
      moments.second,
      Float64Array.from([...losses, ...accuracies, ...validations.flat()]),
    );
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
