import type { Arena } from './arena.ts';
import { ShapeError } from './errors.ts';
import {
  type ConvLayer,
  flagsOf,
  hasWinograd,
  kindOf,
  outSize,
  packedLength,
  packParameters,
  parametersLength,
  prefersWinograd,
  TAPS,
} from './layers.ts';
import type { WasmExports } from './wasm.ts';

/**
 * A layer with a place for its weights in the module's memory, as the kernels read them. They are packed when first
 * used, in the form that is used: most layers never need the other one.
 */
export interface PackedLayer {
  layer: ConvLayer;
  weights: number;
  /** The same weights in Winograd's form; 0 when there is none. */
  winograd: number;
  parameters: number;
  flags: number;
  /** The forms that are packed. */
  ready: Set<'direct' | 'winograd'>;
}

/** Bytes of a layer's parameters, weights and, if it has them, weights in Winograd's form (36 for 9). */
export function packedBytes(layer: ConvLayer): number {
  return (parametersLength(layer) + packedLength(layer) * (hasWinograd(layer) ? 5 : 1)) * 4;
}

/** Bytes of an image of pixels with a one-pixel border. */
export function bordered(rows: number, columns: number, channels: number): number {
  return (rows + 2) * (columns + 2) * channels * 4;
}

/** A place of packedBytes(layer) bytes from `at` on for one layer, its parameters in it. */
export function packLayer(arena: Arena, layer: ConvLayer, at: number): PackedLayer {
  const weights = at + parametersLength(layer) * 4;
  const winograd = hasWinograd(layer) ? weights + packedLength(layer) * 4 : 0;
  packParameters(arena.f32(at, parametersLength(layer)).fill(0), layer);
  return { layer, weights, winograd, parameters: at, flags: flagsOf(layer), ready: new Set() };
}

/** The layer's weights in their place, if they are not there yet. */
function packDirect(wasm: WasmExports, arena: Arena, { layer, weights, ready }: PackedLayer): void {
  if (ready.has('direct')) return;
  const { inChannels, outChannels } = layer;
  const kind = kindOf(layer);
  const mark = arena.mark();
  const raw = putWeights(arena, layer);
  wasm.packFilters(weights, raw, inChannels, outChannels, TAPS[kind], kind === 'up2x2' ? 1 : 0);
  arena.release(mark);
  ready.add('direct');
}

/** Throws ShapeError where the array was transferred to another thread since the layer was loaded. */
function putWeights(arena: Arena, { weights, inChannels }: ConvLayer): number {
  if (weights.length === 0 && inChannels > 0) {
    throw new ShapeError(
      'network: the weights of a layer were transferred away before they were first used; load a copy.',
    );
  }
  return arena.put(weights);
}

function packWinograd(
  wasm: WasmExports,
  arena: Arena,
  { layer, winograd, ready }: PackedLayer,
): void {
  if (ready.has('winograd')) return;
  const mark = arena.mark();
  const raw = putWeights(arena, layer);
  wasm.winogradWeights(winograd, raw, layer.inChannels, layer.outChannels);
  arena.release(mark);
  ready.add('winograd');
}

/** A layer's weights in the form that images of this size use, packed if they are not yet; whether that is Winograd's. */
export function packWeights(
  wasm: WasmExports,
  arena: Arena,
  packed: PackedLayer,
  rows: number,
  columns: number,
): boolean {
  const isWinograd = prefersWinograd(packed.layer, rows, columns);
  if (isWinograd) packWinograd(wasm, arena, packed);
  else packDirect(wasm, arena, packed);
  return isWinograd;
}

/** Bytes of scratch that convolveImages needs for a layer on images of this size. */
export function scratchBytes(
  wasm: WasmExports,
  layer: ConvLayer,
  rows: number,
  columns: number,
): number {
  return prefersWinograd(layer, rows, columns)
    ? wasm.winogradScratch(layer.inChannels, layer.outChannels)
    : 0;
}

/**
 * One layer on n images of bordered pixels. The image's own rows choose the algorithm when only a
 * strip of it is given.
 */
export function convolveImages(
  wasm: WasmExports,
  arena: Arena,
  packed: PackedLayer,
  to: number,
  from: number,
  scratch: number,
  n: number,
  rows: number,
  columns: number,
  imageRows = rows,
): void {
  const { layer, weights, winograd, parameters, flags } = packed;
  const { inChannels, outChannels } = layer;
  if (packWeights(wasm, arena, packed, imageRows, columns)) {
    // biome-ignore format: one call, one line
    wasm.winograd3x3(to, from, winograd, parameters, scratch, n, rows, columns, inChannels, outChannels, flags);
    return;
  }
  const kind = kindOf(layer);
  const convolve = kind === '3x3' ? wasm.conv3x3 : kind === '1x1' ? wasm.conv1x1 : wasm.upConv2x2;
  const inSize = bordered(rows, columns, inChannels);
  const size = bordered(outSize(layer, rows), outSize(layer, columns), outChannels);
  for (let i = 0; i < n; i++) {
    // biome-ignore format: one call, one line
    convolve(to + i * size, from + i * inSize, weights, parameters, rows, columns, inChannels, outChannels, flags);
  }
}
