import { expect, test } from 'vitest';
import { ShapeError } from '../../../bindings/core/errors.ts';
import { classify } from '../../../bindings/core/fewshot/classify.ts';
import { createKernels } from '../../../bindings/node/instantiate.ts';

const kernels = createKernels();
const support = {
  embeddings: Float32Array.of(0, 1, 2, 3),
  dimension: 2,
  labels: Int32Array.of(0, 1),
  classes: ['a', 'b'],
};
const queries = Float32Array.of(0, 1);

test('what is seen from beside an example, and what is not labelled, has whole embeddings', () => {
  const beside = [new Float32Array(4), new Float32Array(3)];
  const run = (
    given: Partial<typeof support & { beside: Float32Array[] }>,
    unlabelled?: Float32Array,
  ) =>
    classify(
      kernels,
      'prototypical',
      { ...support, ...given },
      queries,
      unlabelled && { unlabelled },
    );
  expect(() => run({ beside })).toThrow(ShapeError);
  expect(() => run({}, new Float32Array(5))).toThrow(/unlabelled: expected a whole number/);
  expect(run({ beside: [new Float32Array(4)] }, new Float32Array(4)).labels).toHaveLength(1);
});
