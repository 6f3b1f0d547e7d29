import { isConcat, kindOf, outSize } from '../../bindings/core/layers.ts';
import type { Convolution, Network } from './work.ts';

// The little of the ONNX format (onnx.proto, IR version 8, operator set 13) that networks of
// convolutions need, written as protocol buffers by hand: no Python and no package.

const FLOAT = 1;
const ATTRIBUTE_INT = 2;
const ATTRIBUTE_INTS = 7;

/** An ONNX model of the layers: input 'planes' (n, channels, rows, columns), output the last layer's. */
export function onnxModel({ layers, n, rows, columns }: Convolution | Network): Uint8Array {
  const nodes: Uint8Array[] = [];
  const initializers: Uint8Array[] = [];
  /** The name of each layer's output. */
  const outputs: string[] = [];
  let values = 'planes';
  let [outRows, outColumns] = [rows, columns];
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
  const constant = (name: string, shape: number[], of: Float32Array) => {
    initializers.push(tensor(name, shape, of));
    return name;
  };
  layers.forEach((layer, i) => {
    if (isConcat(layer)) {
      add('Concat', [values, outputs[layer.with]], [int('axis', 1)]);
    } else {
      const { inChannels, outChannels, weights } = layer;
      const up = kindOf(layer) === 'up2x2';
      const side = up ? 2 : kindOf(layer) === '1x1' ? 1 : 3;
      const [first, second] = up ? [inChannels, outChannels] : [outChannels, inChannels];
      const inputs = [
        values,
        constant(`w${i}`, [first, second, side, side], weights),
        constant(`b${i}`, [outChannels], layer.bias ?? new Float32Array(outChannels)),
      ];
      const shape = ints('kernel_shape', [side, side]);
      if (up) add('ConvTranspose', inputs, [shape, ints('strides', [2, 2])]);
      else add('Conv', inputs, [shape, ints('pads', Array(4).fill(side >> 1))]);
      if (layer.reluBefore) add('Relu', [values]);
      if (layer.scale && layer.shift) {
        add('Mul', [values, constant(`scale${i}`, [outChannels, 1, 1], layer.scale)]);
        add('Add', [values, constant(`shift${i}`, [outChannels, 1, 1], layer.shift)]);
      }
      if (layer.reluAfter) add('Relu', [values]);
      if (layer.pool) {
        add('MaxPool', [values], [ints('kernel_shape', [2, 2]), ints('strides', [2, 2])]);
      }
      outRows = outSize(layer, outRows);
      outColumns = outSize(layer, outColumns);
    }
    outputs.push(values);
  });
  const outChannels = layers[layers.length - 1].outChannels;
  const graph = message(
    ...nodes.map((node) => bytes(1, node)),
    text(2, 'layers'),
    ...initializers.map((initializer) => bytes(5, initializer)),
    bytes(11, valueInfo('planes', [n, layers[0].inChannels, rows, columns])),
    bytes(12, valueInfo(values, [n, outChannels, outRows, outColumns])),
  );
  return message(varint(1, 8), bytes(7, graph), bytes(8, message(text(1, ''), varint(2, 13))));
}

function tensor(name: string, shape: number[], values: Float32Array): Uint8Array {
  const raw = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return message(...shape.map((d) => varint(1, d)), varint(2, FLOAT), text(8, name), bytes(9, raw));
}

function int(name: string, value: number): Uint8Array {
  return message(text(1, name), varint(3, value), varint(20, ATTRIBUTE_INT));
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
