import type { Convolution } from './work.ts';

// The little of the ONNX format (onnx.proto, IR version 8, operator set 13) that a stack of
// convolutions needs, written as protocol buffers by hand: no Python and no package.

const FLOAT = 1;
const ATTRIBUTE_INTS = 7;

/** An ONNX model of the layers: input 'planes' (n, channels, rows, columns), output 'features'. */
export function onnxModel({ layers, n, rows, columns }: Convolution): Uint8Array {
  const nodes: Uint8Array[] = [];
  const initializers: Uint8Array[] = [];
  let values = 'planes';
  const add = (operator: string, inputs: string[], attributes: Uint8Array[] = []) => {
    const output = `${operator}${nodes.length}`;
    nodes.push(
      message(
        ...inputs.map((input) => text(1, input)),
        text(2, output),
        text(3, output),
        text(4, operator),
        ...attributes.map((attribute) => bytes(5, attribute)),
      ),
    );
    values = output;
  };
  layers.forEach((layer, i) => {
    if (layer.scale || layer.reluBefore) throw new Error('onnx: only bias, ReLU and pool.');
    const { inChannels, outChannels } = layer;
    const bias = layer.bias ?? new Float32Array(outChannels);
    initializers.push(tensor(`w${i}`, [outChannels, inChannels, 3, 3], layer.weights));
    initializers.push(tensor(`b${i}`, [outChannels], bias));
    const pads = ints('pads', [1, 1, 1, 1]);
    add('Conv', [values, `w${i}`, `b${i}`], [ints('kernel_shape', [3, 3]), pads]);
    if (layer.reluAfter) add('Relu', [values]);
    if (layer.pool) {
      add('MaxPool', [values], [ints('kernel_shape', [2, 2]), ints('strides', [2, 2])]);
    }
  });
  const pools = layers.filter((layer) => layer.pool).length;
  const outChannels = layers[layers.length - 1].outChannels;
  const graph = message(
    ...nodes.map((node) => bytes(1, node)),
    text(2, 'layers'),
    ...initializers.map((initializer) => bytes(5, initializer)),
    bytes(11, valueInfo('planes', [n, layers[0].inChannels, rows, columns])),
    bytes(12, valueInfo(values, [n, outChannels, rows >> pools, columns >> pools])),
  );
  return message(varint(1, 8), bytes(7, graph), bytes(8, message(text(1, ''), varint(2, 13))));
}

function tensor(name: string, shape: number[], values: Float32Array): Uint8Array {
  const raw = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return message(...shape.map((d) => varint(1, d)), varint(2, FLOAT), text(8, name), bytes(9, raw));
}

function ints(name: string, values: number[]): Uint8Array {
  return message(text(1, name), ...values.map((v) => varint(8, v)), varint(20, ATTRIBUTE_INTS));
}

function valueInfo(name: string, shape: number[]): Uint8Array {
  const dimensions = message(...shape.map((d) => bytes(1, message(varint(1, d)))));
  const type = message(bytes(1, message(varint(1, FLOAT), bytes(2, dimensions))));
  return message(text(1, name), bytes(2, type));
}

function message(...fields: Uint8Array[]): Uint8Array {
  const all = new Uint8Array(fields.reduce((sum, field) => sum + field.length, 0));
  let at = 0;
  for (const field of fields) {
    all.set(field, at);
    at += field.length;
  }
  return all;
}

function varint(field: number, value: number): Uint8Array {
  return Uint8Array.from([...base128(field * 8), ...base128(value)]);
}

function bytes(field: number, content: Uint8Array): Uint8Array {
  return message(Uint8Array.from([...base128(field * 8 + 2), ...base128(content.length)]), content);
}

function text(field: number, content: string): Uint8Array {
  return bytes(field, new TextEncoder().encode(content));
}

/** Seven bits a byte, the lowest first, the top bit set on all but the last. */
function base128(value: number): number[] {
  const low = value % 128;
  return value < 128 ? [low] : [low + 128, ...base128(Math.floor(value / 128))];
}
