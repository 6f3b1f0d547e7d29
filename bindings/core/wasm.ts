/**
 * What core knows of a WebAssembly instance: plain functions of addresses and one memory.
 * A host makes it with `new WebAssembly.Instance(module, {}).exports`; the module has no imports.
 */
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** Exports of assembly/index.ts; see there for what each computes. */
export interface WasmExports {
  readonly memory: WasmMemory;
  heapBase(): number;
  conv3x3(
    out: number,
    pixels: number,
    weights: number,
    parameters: number,
    rows: number,
    columns: number,
    inChannels: number,
    outChannels: number,
    flags: number,
  ): void;
  conv1x1(
    out: number,
    pixels: number,
    weights: number,
    parameters: number,
    rows: number,
    columns: number,
    inChannels: number,
    outChannels: number,
    flags: number,
  ): void;
  upConv2x2(
    out: number,
    pixels: number,
    weights: number,
    parameters: number,
    rows: number,
    columns: number,
    inChannels: number,
    outChannels: number,
    flags: number,
  ): void;
  winograd3x3(
    out: number,
    pixels: number,
    weights: number,
    parameters: number,
    scratch: number,
    n: number,
    rows: number,
    columns: number,
    inChannels: number,
    outChannels: number,
    flags: number,
  ): void;
  winogradWeights(out: number, weights: number, inChannels: number, outChannels: number): void;
  winogradScratch(inChannels: number, outChannels: number): number;
  planesToPixels(
    out: number,
    planes: number,
    channels: number,
    rows: number,
    columns: number,
  ): void;
  pixelsToPlanes(
    out: number,
    pixels: number,
    channels: number,
    rows: number,
    columns: number,
  ): void;
  maxPool2x2(out: number, pixels: number, rows: number, columns: number, channels: number): void;
  resizeBilinear(
    out: number,
    plane: number,
    inRows: number,
    inColumns: number,
    outRows: number,
    outColumns: number,
    columnIndex: number,
    columnWeight: number,
  ): void;
  packPoints(out: number, points: number, n: number, dimension: number, width: number): void;
  movePoints(blocks: number, origin: number, n: number, dimension: number): void;
  packFilters(
    out: number,
    weights: number,
    inChannels: number,
    outChannels: number,
    taps: number,
    up: number,
  ): void;
  widenHalves(out: number, halves: number, n: number): void;
  scaleRows(out: number, values: number, factors: number, rows: number, length: number): void;
  norms(out: number, blocks: number, n: number, dimension: number, root: number): void;
  distances(
    out: number,
    queries: number,
    prototypes: number,
    queryNorms: number,
    prototypeNorms: number,
    n: number,
    m: number,
    dimension: number,
    form: number,
    tile: number,
  ): void;
  nearest(
    index: number,
    distance: number,
    queries: number,
    prototypes: number,
    queryNorms: number,
    prototypeNorms: number,
    n: number,
    m: number,
    dimension: number,
    form: number,
    tile: number,
  ): void;
  weightedSum(out: number, values: number, weights: number, n: number, length: number): void;
  kmeansSeeds(
    centres: number,
    nearest: number,
    blocks: number,
    uniforms: number,
    n: number,
    k: number,
    dimension: number,
  ): void;
  kmeans(
    result: number,
    labels: number,
    centres: number,
    counts: number,
    sums: number,
    planes: number,
    blocks: number,
    n: number,
    k: number,
    dimension: number,
    maxIterations: number,
    tolerance: number,
  ): number;
  kmeansStep(
    labels: number,
    sums: number,
    counts: number,
    planes: number,
    blocks: number,
    centres: number,
    n: number,
    k: number,
    dimension: number,
    measured: boolean,
  ): number;
  blur(
    out: number,
    plane: number,
    rows: number,
    columns: number,
    weights: number,
    radius: number,
    line: number,
  ): void;
  copyChannels(
    to: number,
    toChannels: number,
    from: number,
    fromChannels: number,
    channels: number,
    count: number,
  ): void;
  gather2x2(out: number, pixels: number, rows: number, columns: number, channels: number): void;
  accumulate(to: number, from: number, count: number): void;
  channelMoments(
    totals: number,
    scratch: number,
    pixels: number,
    rows: number,
    columns: number,
    channels: number,
  ): void;
  affine(
    out: number,
    pixels: number,
    parameters: number,
    rows: number,
    columns: number,
    channels: number,
    flags: number,
  ): void;
  affineSums(
    totals: number,
    scratch: number,
    pixels: number,
    outGradient: number,
    parameters: number,
    rows: number,
    columns: number,
    channels: number,
    flags: number,
  ): void;
  affineBackward(
    pixels: number,
    outGradient: number,
    parameters: number,
    rows: number,
    columns: number,
    channels: number,
    flags: number,
  ): void;
  weightGradient(
    gradient: number,
    a: number,
    b: number,
    count: number,
    aChannels: number,
    bChannels: number,
  ): void;
  exp(x: number): number;
  log(x: number): number;
  sin(x: number): number;
  cos(x: number): number;
}
