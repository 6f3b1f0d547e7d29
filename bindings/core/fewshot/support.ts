import { ShapeError, SupportError } from '../errors.ts';
import { isReservedLabel, TOO_LARGE, UNKNOWN } from '../label-words.ts';
import type { SupportSet } from './types.ts';

/** A support set from one class name per embedding; classes in the order in which they first appear. Throws as checkSupport. */
export function makeSupport(
  embeddings: Float32Array,
  dimension: number,
  names: readonly string[],
): SupportSet {
  const classes = [...new Set(names)];
  const labels = Int32Array.from(names, (name) => classes.indexOf(name));
  const support = { embeddings, dimension, labels, classes };
  checkSupport(support);
  return support;
}

/**
 * Throws ShapeError when lengths do not fit and SupportError when there is no class, a class
 * without examples, a label outside the classes, or an embedding that is not finite.
 * One class is enough: the question is then whether a defect resembles it.
 */
export function checkSupport(support: SupportSet): void {
  const { embeddings, dimension, labels } = support;
  if (!(Number.isInteger(dimension) && dimension >= 1)) {
    throw new ShapeError(`support: expected a dimension of at least 1, got ${dimension}.`);
  }
  const { parts = [dimension] } = support;
  if (parts.reduce((sum, length) => sum + length, 0) !== dimension) {
    throw new ShapeError(
      `support: expected parts that make up a dimension of ${dimension}, got ${parts.join(', ')}.`,
    );
  }
  if (embeddings.length !== labels.length * dimension) {
    throw new ShapeError(
      `support: expected ${labels.length} embeddings of dimension ${dimension}, got ${embeddings.length} values.`,
    );
  }
  for (const seen of support.beside ?? []) {
    if (seen.length !== embeddings.length) {
      throw new ShapeError(
        `support: expected ${embeddings.length} values as seen from beside, as there are embeddings, got ${seen.length}.`,
      );
    }
  }
  checkLabels(support);
  checkFinite('support', embeddings, dimension);
}

/**
 * Throws SupportError when there is no class, a class without examples, a label outside the classes,
 * the same class twice, or one with a name that adatom alone can give.
 */
export function checkLabels({ labels, classes }: Pick<SupportSet, 'labels' | 'classes'>): void {
  if (classes.length === 0)
    throw new SupportError('support: expected at least one class, got none.');
  if (new Set(classes).size < classes.length || classes.some(isReservedLabel)) {
    throw new SupportError(
      `support: expected different class names, none of them '${UNKNOWN}' or '${TOO_LARGE}', got ${classes.join(', ')}.`,
    );
  }
  labels.forEach((label, i) => {
    if (!(label >= 0 && label < classes.length)) {
      throw new SupportError(
        `support: expected labels 0 to ${classes.length - 1}, got ${label} for example ${i + 1}.`,
      );
    }
  });
  countShots({ labels, classes }).forEach((shots, label) => {
    if (shots === 0) {
      throw new SupportError(
        `support: expected at least one example of each of ${classes.length} classes, got none of ${classes[label]}.`,
      );
    }
  });
}

/** Throws SupportError on the first embedding that holds NaN or infinity. */
export function checkFinite(what: string, embeddings: Float32Array, dimension: number): void {
  // Zero times what is not finite is NaN. Millions of values are summed faster than asked one by one.
  let sum = 0;
  for (let at = 0; at < embeddings.length; at++) sum += embeddings[at] * 0;
  if (sum === 0) return;
  const at = embeddings.findIndex((value) => !Number.isFinite(value));
  throw new SupportError(
    `${what}: expected finite embeddings, got ${embeddings[at]} in number ${Math.floor(at / dimension) + 1}.`,
  );
}

/** Examples per class, (nWay). */
export function countShots({
  labels,
  classes,
}: Pick<SupportSet, 'labels' | 'classes'>): Int32Array {
  const shots = new Int32Array(classes.length);
  for (const label of labels) shots[label]++;
  return shots;
}

/**
 * Mean embedding per class, (nWay, dimension). Classes may have unequal shots.
 * Snell et al. 2017, eq. 1.
 */
export function meanPerClass(support: SupportSet): Float32Array {
  const { embeddings, dimension, labels, classes } = support;
  const sums = new Float64Array(classes.length * dimension);
  labels.forEach((label, i) => {
    for (let d = 0; d < dimension; d++)
      sums[label * dimension + d] += embeddings[i * dimension + d];
  });
  const means = new Float32Array(sums.length);
  countShots(support).forEach((shots, label) => {
    for (let at = label * dimension; at < (label + 1) * dimension; at++)
      means[at] = sums[at] / shots;
  });
  return means;
}
