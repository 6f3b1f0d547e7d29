import type { Arena } from './arena.ts';
import { ShapeError } from './errors.ts';
import { type ConcatLayer, kindOf, outSize } from './layers.ts';
import { convolveImages, type PackedLayer, scratchBytes } from './packed.ts';
import type { WasmExports } from './wasm.ts';

/** One layer of a network with skips, its weights packed. */
export type GraphStep = PackedLayer | ConcatLayer;

/** Where an image comes from and its answers go, some rows at a time, from the first to the last. */
export interface RowStream {
  /** Called before rows from `top` on are read; may throw, and may use the kernels, which read and write may not. */
  onRows?(top: number): void;
  /** Fill `to`, (channels, bottom - top, columns), with the image's rows top..bottom-1. */
  read(to: Float32Array, top: number, bottom: number): void;
  /** Take the result's rows top..bottom-1 out of `from`, (channels, bottom - top, columns). */
  write(from: Float32Array, top: number, bottom: number): void;
}

/** The image, or what one step makes of it. */
interface Node {
  step?: GraphStep;
  /** Nodes that the step reads, each made before it. */
  sources: number[];
  rows: number;
  columns: number;
  channels: number;
}

/** The rows of a node that are still wanted, as bordered pixels. */
interface Band {
  at: number;
  /** Bytes of a row. */
  rowBytes: number;
  /** Rows that there is room for, borders included, and the row that lies first. */
  room: number;
  first: number;
}

/**
 * Rows of the image that go in at a time: few enough that what one layer makes of them is in the cache
 * when the next one reads it. A multiple of what three pools and tiles of Winograd's algorithm divide by.
 */
const STRIP_ROWS = 32;
/** Tiles of Winograd's algorithm start at multiples of it. */
const TILE_ROWS = 4;
/** Bands have this many times the rows that they need, so that what is left of them moves up rarely. */
const SPACIOUS = 1.5;

/**
 * One image through a network with skips. All layers advance together, each as far as the rows that it
 * reads are there, so that of none more than the rows that are still wanted lie in memory; strips start
 * where tiles start, so that every bit is that of the whole image. The caller releases the arena. Throws
 * ShapeError when the pools do not divide rows and columns evenly, so that a skip meets an output of
 * another size.
 */
export function runGraph(
  wasm: WasmExports,
  arena: Arena,
  steps: readonly GraphStep[],
  { onRows, read, write }: RowStream,
  rows: number,
  columns: number,
): void {
  const nodes = nodesOf(steps, rows, columns);
  const rounds = planRounds(nodes);
  const bands = layBands(arena, nodes, rounds);
  const [image] = nodes;
  const last = nodes.length - 1;
  const result = nodes[last];
  const staging = arena.alloc(
    Math.max(
      image.channels * columns * STRIP_ROWS,
      result.channels * result.columns * mostAtOnce(rounds, last),
    ) * 4,
  );
  const scratch = arena.alloc(mostScratch(wasm, nodes));
  const spare = arena.alloc(Math.max(...bands.map(({ rowBytes }) => rowBytes)));
  let made = nodes.map(() => 0);
  for (const next of rounds) {
    nodes.forEach((node, n) => {
      const [top, bottom] = [made[n], next[n]];
      if (top === bottom) return;
      makeRoom(wasm, bands[n], firstWanted(nodes, n, made), top, bottom);
      if (!node.step) {
        // Before the view is made: the memory may grow in it.
        onRows?.(top);
        read(arena.f32(staging, node.channels * (bottom - top) * columns), top, bottom);
        keepAbove(wasm, bands[n], top, spare, (to) =>
          wasm.planesToPixels(to, staging, node.channels, bottom - top, columns),
        );
      } else if ('layer' in node.step) {
        const { step } = node;
        const source = nodes[node.sources[0]];
        const [from, end] = [top, bottom].map((row) => sourceRow(step, row, node, source));
        const at = rowAt(bands[node.sources[0]], from - 1);
        keepAbove(wasm, bands[n], top, spare, (to) =>
          // biome-ignore format: one call, one line
          convolveImages(wasm, arena, step, to, at, scratch, 1, end - from, source.columns, source.rows),
        );
      } else join(wasm, nodes, bands, n, top, bottom);
    });
    const [top, bottom] = [made[last], next[last]];
    if (bottom > top) {
      const from = rowAt(bands[last], top - 1);
      wasm.pixelsToPlanes(staging, from, result.channels, bottom - top, result.columns);
      write(arena.f32(staging, result.channels * (bottom - top) * result.columns), top, bottom);
    }
    made = next;
  }
}

function nodesOf(steps: readonly GraphStep[], rows: number, columns: number): Node[] {
  const channels = 'layer' in steps[0] ? steps[0].layer.inChannels : 0;
  const nodes: Node[] = [{ sources: [], rows, columns, channels }];
  for (const step of steps) {
    const last = nodes.length - 1;
    const from = nodes[last];
    if ('layer' in step) {
      const { layer } = step;
      const [outRows, outColumns] = [from.rows, from.columns].map((size) => outSize(layer, size));
      const { outChannels } = layer;
      nodes.push({
        step,
        sources: [last],
        rows: outRows,
        columns: outColumns,
        channels: outChannels,
      });
      continue;
    }
    const other = nodes[step.with + 1];
    if (other.rows !== from.rows || other.columns !== from.columns) {
      throw new ShapeError(
        `network: expected outputs of equal size to append, got ${from.rows} x ${from.columns} and ${other.rows} x ${other.columns}; rows and columns must be divisible by what the pools divide them by.`,
      );
    }
    nodes.push({ ...from, step, sources: [last, step.with + 1], channels: step.outChannels });
  }
  return nodes;
}

/** How many rows there are of each node after each round, which begins with a strip of the image. */
function planRounds(nodes: readonly Node[]): number[][] {
  const rounds: number[][] = [];
  const { rows } = nodes[0];
  for (let end = STRIP_ROWS; end < rows + STRIP_ROWS; end += STRIP_ROWS) {
    const made: number[] = [];
    for (const { step, sources } of nodes) {
      const there = Math.min(...sources.map((source) => made[source]));
      if (!step) made.push(Math.min(end, rows));
      else if (!('layer' in step)) made.push(there);
      else made.push(outSize(step.layer, usable(step, there, nodes[sources[0]].rows)));
    }
    rounds.push(made);
  }
  return rounds;
}

/** Of the first `there` rows those that a layer can read: a 3x3 also reads the one below. */
function usable({ layer }: PackedLayer, there: number, rows: number): number {
  if (kindOf(layer) !== '3x3' || there === rows) return there;
  return Math.max(0, there - 1 - ((there - 1) % TILE_ROWS));
}

/** The source's row from which on a layer's row is made; the ends of both belong together. */
function sourceRow({ layer }: PackedLayer, row: number, to: Node, from: Node): number {
  if (row === to.rows) return from.rows;
  if (layer.pool) return 2 * row;
  return kindOf(layer) === 'up2x2' ? row / 2 : row;
}

/** The first row of a node that a step will still read when each has made so many, -1 for its upper border. */
function firstWanted(nodes: readonly Node[], n: number, made: readonly number[]): number {
  let first = made[n];
  nodes.forEach(({ step, sources }, reader) => {
    if (!step || !sources.includes(n)) return;
    const next = made[reader];
    first = Math.min(
      first,
      'layer' in step ? sourceRow(step, next, nodes[reader], nodes[n]) : next,
    );
  });
  return first - 1;
}

function layBands(arena: Arena, nodes: readonly Node[], rounds: readonly number[][]): Band[] {
  return nodes.map(({ rows, columns, channels }, n) => {
    let most = 0;
    let made: readonly number[] = nodes.map(() => 0);
    for (const next of rounds) {
      most = Math.max(most, next[n] + 1 - firstWanted(nodes, n, made) + 1);
      made = next;
    }
    const room = Math.min(rows + 2, Math.ceil(SPACIOUS * most));
    const rowBytes = (columns + 2) * channels * 4;
    return { at: arena.alloc(rowBytes * room), rowBytes, room, first: -1 };
  });
}

function mostAtOnce(rounds: readonly number[][], n: number): number {
  return Math.max(...rounds.map((next, i) => next[n] - (i > 0 ? rounds[i - 1][n] : 0)));
}

function mostScratch(wasm: WasmExports, nodes: readonly Node[]): number {
  const needs = nodes.map(({ step, sources }) => {
    if (!step || !('layer' in step)) return 0;
    const { rows, columns } = nodes[sources[0]];
    return scratchBytes(wasm, step.layer, rows, columns);
  });
  return Math.max(...needs);
}

function rowAt({ at, rowBytes, first }: Band, row: number): number {
  return at + rowBytes * (row - first);
}

/** Move up what is wanted of a band when rows top..bottom-1 and the border below do not fit behind it. */
function makeRoom(
  wasm: WasmExports,
  band: Band,
  wanted: number,
  top: number,
  bottom: number,
): void {
  if (bottom + 1 - band.first <= band.room) return;
  const from = rowAt(band, wanted);
  new Uint8Array(wasm.memory.buffer).copyWithin(band.at, from, rowAt(band, top));
  band.first = wanted;
}

/** Let a kernel, which clears the border of what it makes, make rows from `top` on, and keep the row above. */
function keepAbove(
  wasm: WasmExports,
  band: Band,
  top: number,
  spare: number,
  make: (to: number) => void,
): void {
  const above = rowAt(band, top - 1);
  // A view for each: the memory may grow in make.
  const copy = (to: number, from: number) =>
    new Uint8Array(wasm.memory.buffer).copyWithin(to, from, from + band.rowBytes);
  if (top > 0) copy(spare, above);
  make(above);
  if (top > 0) copy(above, spare);
}

/** Rows of one node beside those of another, with their borders, pixel by pixel. */
function join(
  wasm: WasmExports,
  nodes: readonly Node[],
  bands: readonly Band[],
  n: number,
  top: number,
  bottom: number,
): void {
  const { sources, rows, columns, channels } = nodes[n];
  const first = top === 0 ? -1 : top;
  const count = ((bottom === rows ? rows + 1 : bottom) - first) * (columns + 2);
  let to = rowAt(bands[n], first);
  for (const source of sources) {
    const own = nodes[source].channels;
    wasm.copyChannels(to, channels, rowAt(bands[source], first), own, own, count);
    to += own * 4;
  }
}
