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
  squaredEuclidean(
    out: number,
    queries: number,
    prototypes: number,
    n: number,
    m: number,
    dimension: number,
  ): void;
  cosine(
    out: number,
    queries: number,
    prototypes: number,
    n: number,
    m: number,
    dimension: number,
    norms: number,
  ): void;
  packPoints(out: number, points: number, n: number, dimension: number): void;
  kmeansStep(
    labels: number,
    sums: number,
    counts: number,
    points: number,
    blocks: number,
    centres: number,
    n: number,
    k: number,
    dimension: number,
  ): number;
  kmeansSeedStep(
    nearest: number,
    blocks: number,
    centre: number,
    n: number,
    dimension: number,
  ): number;
  exp(x: number): number;
  log(x: number): number;
  sin(x: number): number;
  cos(x: number): number;
}
