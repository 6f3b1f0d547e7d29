import { ShapeError } from './errors.ts';

/**
 * One convolution and what follows it, in this order: + bias, ReLU (`reluBefore`),
 * * scale + shift per channel, ReLU (`reluAfter`), 2x2 max-pool (`pool`, after '3x3' only).
 */
export interface ConvLayer {
  /**
   * '3x3' (when absent): cross-correlation, stride 1, zero border, as PyTorch's Conv2d(padding=1).
   * '1x1': as Conv2d(kernel_size=1). 'up2x2': as ConvTranspose2d(kernel_size=2, stride=2), which
   * doubles rows and columns.
   */
  kind?: LayerKind;
  inChannels: number;
  outChannels: number;
  /**
   * As PyTorch stores them: '3x3' (outChannels, inChannels, 3, 3), '1x1' (outChannels, inChannels),
   * 'up2x2' (inChannels, outChannels, 2, 2).
   */
  weights: Float32Array;
  /** (outChannels), zero when absent */
  bias?: Float32Array;
  /** (outChannels) each; both or neither */
  scale?: Float32Array;
  shift?: Float32Array;
  reluBefore?: boolean;
  reluAfter?: boolean;
  pool?: boolean;
}

export type LayerKind = '3x3' | '1x1' | 'up2x2';

/** Appends the output of an earlier layer, by its index, to that of the layer before: the skips of a U-Net. */
export interface ConcatLayer {
  kind: 'concat';
  with: number;
  inChannels: number;
  outChannels: number;
}

export type NetworkLayer = ConvLayer | ConcatLayer;

export function isConcat(layer: NetworkLayer): layer is ConcatLayer {
  return layer.kind === 'concat';
}

/** Weights per pair of channels. */
export const TAPS: Record<LayerKind, number> = { '3x3': 9, '1x1': 1, up2x2: 4 };

/** How often a network halves rows and columns; what a network with skips doubles again counts against it. */
export function poolsOf(layers: readonly NetworkLayer[]): number {
  const count = (has: (layer: ConvLayer) => boolean) =>
    layers.filter((layer) => !isConcat(layer) && has(layer)).length;
  const ups = layers.some(isConcat) ? count(({ kind }) => kind === 'up2x2') : 0;
  return count(({ pool }) => pool === true) - ups;
}

/** The kernels make output channels in groups of this many. */
const GROUP = 8;

// Bits of assembly/epilogue.ts.
const RELU_BEFORE = 1;
const AFFINE = 2;
const RELU_AFTER = 4;
const POOL = 8;

export function kindOf(layer: ConvLayer): LayerKind {
  return layer.kind ?? '3x3';
}

/** Throws ShapeError unless every layer is sound and takes the channels that the one before gives. */
export function checkLayers(layers: readonly NetworkLayer[]): void {
  if (layers.length === 0) throw new ShapeError('network: expected at least one layer, got none.');
  for (let i = 0; i < layers.length; i++) {
    const layer = layers[i];
    if (isConcat(layer)) checkConcat(layer, layers, i);
    else checkLayer(layer, i);
    if (i > 0 && layers[i].inChannels !== layers[i - 1].outChannels) {
      throw new ShapeError(
        `network: layer ${i} takes ${layers[i].inChannels} channels, but layer ${i - 1} gives ${layers[i - 1].outChannels}.`,
      );
    }
  }
}

/** Rows (or columns) that a layer makes of so many. */
export function outSize(layer: ConvLayer, size: number): number {
  if (layer.pool) return Math.floor(size / 2);
  return kindOf(layer) === 'up2x2' ? size * 2 : size;
}

/** Whether a layer's weights have a Winograd form: the kernel works on vectors of four channels. */
export function hasWinograd(layer: ConvLayer): boolean {
  return kindOf(layer) === '3x3' && layer.inChannels % 4 === 0 && layer.outChannels % 4 === 0;
}

/**
 * Whether Winograd's algorithm is the faster one for images of this size. A tile of 4x4 outputs takes
 * 36 products per pair of channels, an output of the direct kernel 9; the transforms cost as much
 * as six more channels on each side (measured, 4 to 64 channels, 1x1 to 64x64 pixels). Depends on
 * one image's shape alone, never on how many there are, so that a result is the same in any batch.
 */
export function prefersWinograd(layer: ConvLayer, rows: number, columns: number): boolean {
  if (!hasWinograd(layer)) return false;
  // an odd last row or column that the pool discards is not computed
  const [down, across] = layer.pool
    ? [rows - (rows % 2), columns - (columns % 2)]
    : [rows, columns];
  const tiles = Math.ceil(down / 4) * Math.ceil(across / 4);
  const transforms = 6 / layer.inChannels + 6 / layer.outChannels;
  return 36 * tiles * (1 + transforms) < 9 * down * across;
}

/** Length of the packed weights (see assembly/): (taps, ...) of whole groups of eight output channels. */
export function packedLength(layer: ConvLayer): number {
  return groups(layer) * GROUP * layer.inChannels * TAPS[kindOf(layer)];
}

/** Length of bias, scale and shift, each padded to whole groups. */
export function parametersLength(layer: ConvLayer): number {
  return groups(layer) * GROUP * 3;
}

/** Bias, scale and shift one after the other, into zeros. */
export function packParameters(to: Float32Array, layer: ConvLayer): void {
  const length = groups(layer) * GROUP;
  if (layer.bias) to.set(layer.bias);
  if (layer.scale) to.set(layer.scale, length);
  if (layer.shift) to.set(layer.shift, length * 2);
}

/** What the kernels do after the sum. */
export function flagsOf(layer: ConvLayer): number {
  return (
    (layer.reluBefore ? RELU_BEFORE : 0) |
    (layer.scale ? AFFINE : 0) |
    (layer.reluAfter ? RELU_AFTER : 0) |
    (layer.pool ? POOL : 0)
  );
}

function groups(layer: ConvLayer): number {
  return Math.ceil(layer.outChannels / GROUP);
}

function checkConcat(layer: ConcatLayer, layers: readonly NetworkLayer[], index: number): void {
  const other = layer.with < index - 1 ? layers[layer.with] : undefined;
  if (!other) {
    throw new ShapeError(
      `layer ${index}: expected a layer before ${index - 1} to append, got ${layer.with}.`,
    );
  }
  const channels = layer.inChannels + other.outChannels;
  if (channels !== layer.outChannels) {
    throw new ShapeError(
      `layer ${index}: expected ${channels} channels of both, got ${layer.outChannels}.`,
    );
  }
}

function checkLayer(layer: ConvLayer, index: number): void {
  const { inChannels, outChannels } = layer;
  const name = `layer ${index}`;
  const taps = TAPS[kindOf(layer)];
  if (taps === undefined) {
    throw new ShapeError(
      `${name}: expected kind ${Object.keys(TAPS).join(', ')}, got ${layer.kind}.`,
    );
  }
  if (!(isCount(inChannels) && isCount(outChannels))) {
    throw new ShapeError(
      `${name}: expected at least one channel in and out, got ${inChannels} and ${outChannels}.`,
    );
  }
  expectValues(`${name}: weights`, layer.weights, outChannels * inChannels * taps);
  for (const key of ['bias', 'scale', 'shift'] as const) {
    const values = layer[key];
    if (values) expectValues(`${name}: ${key}`, values, outChannels);
  }
  if (!layer.scale !== !layer.shift) {
    throw new ShapeError(`${name}: expected both scale and shift or neither, got one.`);
  }
  if (layer.pool && kindOf(layer) !== '3x3') {
    throw new ShapeError(
      `${name}: expected a pool after a 3x3 convolution only, got ${layer.kind}.`,
    );
  }
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value > 0;
}

function expectValues(what: string, values: Float32Array, expected: number): void {
  if (values.length !== expected) {
    throw new ShapeError(`${what}: expected ${expected} values, got ${values.length}.`);
  }
}
