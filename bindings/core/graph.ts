import type { Arena } from './arena.ts';
import { ShapeError } from './errors.ts';
import { type ConcatLayer, outSize } from './layers.ts';
import { bordered, convolveImages, type PackedLayer, scratchBytes } from './packed.ts';
import type { WasmExports } from './wasm.ts';

/** One layer of a network with skips, its weights packed. */
export type GraphStep = PackedLayer | ConcatLayer;

/** Where one step's output lies and how large it is. */
interface Made {
  at: number;
  rows: number;
  columns: number;
  channels: number;
}

/**
 * One image (inChannels, rows, columns) through a network with skips; the result, (outChannels, rows,
 * columns) of the last layer, goes to `out`. The caller releases the arena. Throws ShapeError when the
 * pools do not divide rows and columns evenly, so that a skip meets an output of another size.
 */
export function runGraph(
  wasm: WasmExports,
  arena: Arena,
  steps: readonly GraphStep[],
  planes: Float32Array,
  out: Float32Array,
  rows: number,
  columns: number,
): void {
  const inChannels = 'layer' in steps[0] ? steps[0].layer.inChannels : 0;
  const staging = arena.alloc(Math.max(planes.length, out.length) * 4);
  arena.f32(staging, planes.length).set(planes);
  let last: Made = {
    at: arena.alloc(bordered(rows, columns, inChannels)),
    rows,
    columns,
    channels: inChannels,
  };
  wasm.planesToPixels(last.at, staging, inChannels, rows, columns);
  const made: Made[] = [];
  for (const step of steps) {
    last = 'layer' in step ? convolved(wasm, arena, step, last) : joined(wasm, arena, step, made);
    made.push(last);
  }
  wasm.pixelsToPlanes(staging, last.at, last.channels, last.rows, last.columns);
  out.set(arena.f32(staging, out.length));
}

function convolved(wasm: WasmExports, arena: Arena, step: PackedLayer, from: Made): Made {
  const { layer } = step;
  const { outChannels: channels } = layer;
  const rows = outSize(layer, from.rows);
  const columns = outSize(layer, from.columns);
  const at = arena.alloc(bordered(rows, columns, channels));
  const mark = arena.mark();
  const scratch = arena.alloc(scratchBytes(wasm, layer, from.rows, from.columns));
  convolveImages(wasm, step, at, from.at, scratch, 1, from.rows, from.columns);
  arena.release(mark);
  return { at, rows, columns, channels };
}

function joined(
  wasm: WasmExports,
  arena: Arena,
  { with: index, outChannels }: ConcatLayer,
  made: readonly Made[],
): Made {
  const { at: from, rows, columns, channels } = made[made.length - 1];
  const other = made[index];
  if (other.rows !== rows || other.columns !== columns) {
    throw new ShapeError(
      `network: expected outputs of equal size to append, got ${rows} x ${columns} and ${other.rows} x ${other.columns}; rows and columns must be divisible by what the pools divide them by.`,
    );
  }
  const at = arena.alloc(bordered(rows, columns, outChannels));
  const count = (rows + 2) * (columns + 2);
  wasm.copyChannels(at, outChannels, from, channels, channels, count);
  wasm.copyChannels(
    at + channels * 4,
    outChannels,
    other.at,
    other.channels,
    other.channels,
    count,
  );
  return { at, rows, columns, channels: outChannels };
}
