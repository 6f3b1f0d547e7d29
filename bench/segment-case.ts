import { decodeBase64 } from '../bindings/core/base64.ts';
import { isConcat, type NetworkLayer, outSize } from '../bindings/core/layers.ts';
import { Random } from '../bindings/core/random.ts';
import { loadSegmenter } from '../bindings/core/train/load-segmenter.ts';
import { segmentWeightsBase64 } from '../build/segment-weights.ts';
import * as conv2d from '../test/reference/conv2d.ts';
import type { Case } from './cases.ts';

interface Segmenting {
  layers: readonly NetworkLayer[];
  planes: Float32Array;
  /** The reference's answers in two corners; worked out when first asked for. */
  corners?: Corner[];
}

interface Corner {
  top: number;
  left: number;
  /** (outChannels, KEPT, KEPT) from (top, left) on. */
  expected: Float64Array;
}

/** Of the working grid; a scan has this many pixels per channel. */
const SIDE = 512;
/** The reference computes windows of this side, whose outer KEPT pixels do not feel where they were cut. */
const WINDOW = 128;
const KEPT = 64;
/** Of the largest answer. A bound from the number of terms, through this many layers, would allow anything. */
const TOLERANCE = 1e-4;

/** The network that finds defects, trunk and head, as the package brings it. */
export const segmentCase: Case<Segmenting> = networkCase('segmentation network', shippedLayers());

export function networkCase(name: string, layers: readonly NetworkLayer[]): Case<Segmenting> {
  return {
    name: `${name}, ${SIDE}x${SIDE}`,
    flop: flopOf(layers),
    input: () => {
      const random = new Random(60);
      const length = layers[0].inChannels * SIDE * SIDE;
      return { layers, planes: Float32Array.from({ length }, () => random.between(-1, 1)) };
    },
    run: (kernels, { planes }) => {
      const network = kernels.load(layers);
      return () => kernels.run(network, planes, 1, SIDE, SIDE).planes;
    },
    check(input, answers) {
      const channels = layers[layers.length - 1].outChannels;
      input.corners ??= [0, SIDE - WINDOW].map((at) => cornerOf(input, at));
      for (const { top, left, expected } of input.corners) {
        const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        for (let i = 0; i < channels * KEPT * KEPT; i++) {
          const x = left + (i % KEPT);
          const y = top + (Math.floor(i / KEPT) % KEPT);
          const answer = answers[(Math.floor(i / (KEPT * KEPT)) * SIDE + y) * SIDE + x];
          if (!(Math.abs(answer - expected[i]) <= TOLERANCE * largest)) {
            throw new Error(`row ${y}, column ${x}: expected ${expected[i]}, got ${answer}`);
          }
        }
      }
    },
    work: ({ planes }) => ({ kind: 'network', layers, planes, n: 1, rows: SIDE, columns: SIDE }),
  };
}

function shippedLayers(): NetworkLayer[] {
  const { trunk, head } = loadSegmenter(
    decodeBase64(segmentWeightsBase64()),
    'segment.safetensors',
  );
  return [...trunk, head];
}

/** The window whose first row and column is `at`, and of it the quarter in the image's own corner. */
function cornerOf({ layers, planes }: Segmenting, at: number): Corner {
  const { inChannels } = layers[0];
  const window = new Float64Array(inChannels * WINDOW * WINDOW);
  for (let i = 0; i < window.length; i++) {
    const x = at + (i % WINDOW);
    const y = at + (Math.floor(i / WINDOW) % WINDOW);
    window[i] = planes[(Math.floor(i / (WINDOW * WINDOW)) * SIDE + y) * SIDE + x];
  }
  const answers = throughLayers(layers, window, WINDOW);
  const from = at === 0 ? 0 : WINDOW - KEPT;
  const channels = layers[layers.length - 1].outChannels;
  const expected = new Float64Array(channels * KEPT * KEPT);
  for (let i = 0; i < expected.length; i++) {
    const x = from + (i % KEPT);
    const y = from + (Math.floor(i / KEPT) % KEPT);
    expected[i] = answers[(Math.floor(i / (KEPT * KEPT)) * WINDOW + y) * WINDOW + x];
  }
  return { top: at + from, left: at + from, expected };
}

/** A network with skips in float64, layer by layer. */
function throughLayers(
  layers: readonly NetworkLayer[],
  planes: ArrayLike<number>,
  side: number,
): ArrayLike<number> {
  const made: ArrayLike<number>[] = [];
  let last = planes;
  for (const layer of layers) {
    if (isConcat(layer)) {
      last = Float64Array.from([...Array.from(last), ...Array.from(made[layer.with])]);
    } else {
      last = conv2d.run([layer], last, side, side);
      side = outSize(layer, side);
    }
    made.push(last);
  }
  return last;
}

function flopOf(layers: readonly NetworkLayer[]): number {
  let side = SIDE;
  let flop = 0;
  for (const layer of layers) {
    if (isConcat(layer)) continue;
    flop += 2 * layer.weights.length * side ** 2;
    side = outSize(layer, side);
  }
  return flop;
}
