/**
 * Cross-entropy of the softmax over minus the mean squared distance, per dimension, from each query to
 * the classes' mean examples, in float64. embeddings (n, dimension), the first `support` the examples.
 */
export function prototypicalLoss(
  embeddings: ArrayLike<number>,
  dimension: number,
  labels: Int32Array,
  support: number,
): number {
  const classes = Math.max(...labels) + 1;
  const rows = Array.from(labels, (_, i) =>
    Array.from({ length: dimension }, (_, d) => embeddings[i * dimension + d]),
  );
  const prototypes = Array.from({ length: classes }, (_, c) => {
    const own = rows.filter((_, i) => i < support && labels[i] === c);
    return own[0].map((_, d) => own.reduce((sum, row) => sum + row[d], 0) / own.length);
  });
  let loss = 0;
  for (let q = support; q < labels.length; q++) {
    const logits = prototypes.map(
      (p) => -p.reduce((sum, value, d) => sum + (rows[q][d] - value) ** 2, 0) / dimension,
    );
    const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
    loss += Math.log(total) - logits[labels[q]];
  }
  return loss / (labels.length - support);
}
