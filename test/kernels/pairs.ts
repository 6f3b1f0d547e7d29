import { packPoints } from '../reference/pack.ts';
import type { Guarded } from './guarded.ts';

/** The forms of assembly/distances.ts. */
export const forms = { differences: 0, expanded: 1, cosine: 2 } as const;
export type Form = keyof typeof forms;

export interface Vectors {
  queries: Float32Array;
  prototypes: Float32Array;
  n: number;
  m: number;
  dimension: number;
}

/** distances() between guards: (n, m). offsets of queries, prototypes and outputs. */
export function distances(
  memory: Guarded,
  form: Form,
  vectors: Vectors,
  offsets = [0, 0, 0],
): Float32Array {
  const { n, m } = vectors;
  const call = place(memory, form, vectors, offsets);
  const out = memory.output(n * m * 4, offsets[2]);
  memory.wasm.distances(out, ...call);
  const result = memory.f32(out, n * m);
  memory.verify(`${form} ${n} x ${m} x ${vectors.dimension}`);
  return result;
}

/** nearest() between guards: index (n) and distance (n). */
export function nearest(memory: Guarded, form: Form, vectors: Vectors, offsets = [0, 0, 0]) {
  const { n, m } = vectors;
  const call = place(memory, form, vectors, offsets);
  const index = memory.output(n * 4, offsets[2]);
  const distance = memory.output(n * 4, offsets[1]);
  memory.wasm.nearest(index, distance, ...call);
  const result = { index: memory.i32(index, n), distance: memory.f32(distance, n) };
  memory.verify(`nearest ${form} ${n} x ${m} x ${vectors.dimension}`);
  return result;
}

/** Inputs, norms and scratch in memory; the arguments that both kernels share. */
function place(memory: Guarded, form: Form, vectors: Vectors, offsets: number[]) {
  const { queries, prototypes, n, m, dimension } = vectors;
  const { wasm } = memory;
  const put = (points: Float32Array, count: number, offset: number) => {
    const blocks = memory.input(packPoints(points, count, dimension, 8), offset);
    const norms = memory.output(form === 'differences' ? 0 : Math.ceil(count / 8) * 32, offset);
    if (form !== 'differences') {
      wasm.norms(norms, blocks, count, dimension, form === 'cosine' ? 1 : 0);
    }
    return [blocks, norms];
  };
  const [q, qNorms] = put(queries, n, offsets[0]);
  const [p, pNorms] = put(prototypes, m, offsets[1]);
  const tile = memory.output(128, offsets[2]);
  return [q, p, qNorms, pNorms, n, m, dimension, forms[form], tile] as const;
}
