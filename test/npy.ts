/** The least of .npy that tests need: version 1, C order, little-endian f4, f8 or u1. */
export function readNpy(bytes: Uint8Array): { shape: number[]; values: Float64Array } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = 10 + view.getUint16(8, true);
  const header = String.fromCharCode(...bytes.subarray(10, start));
  const type = /'descr': '([^']+)'/.exec(header)?.[1];
  const shape = (/'shape': \(([^)]*)\)/.exec(header)?.[1] ?? '').match(/\d+/g)?.map(Number) ?? [];
  if (/'fortran_order': True/.test(header)) throw new Error('readNpy: Fortran order');
  const values = new Float64Array(shape.reduce((a, b) => a * b, 1));
  for (let i = 0; i < values.length; i++) {
    if (type === '<f8') values[i] = view.getFloat64(start + i * 8, true);
    else if (type === '<f4') values[i] = view.getFloat32(start + i * 4, true);
    else if (type === '|u1') values[i] = view.getUint8(start + i);
    else throw new Error(`readNpy: type ${type}`);
  }
  return { shape, values };
}
