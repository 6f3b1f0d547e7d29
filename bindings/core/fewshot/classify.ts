import { OptionError, ShapeError } from '../errors.ts';
import type { Kernels } from '../kernels.ts';
import { meanOfSome } from './centred.ts';
import { type Compared, Comparison, concat, type Scratch, together } from './comparison.ts';
import { confidenceOf } from './confidence.ts';
import { doubtOf } from './doubt.ts';
import { knn } from './knn.ts';
import { matching } from './matching.ts';
import { prototypical } from './prototypical.ts';
import { unlabelledRows } from './refine.ts';
import { shortfalls } from './reject.ts';
import { relation } from './relation.ts';
import { simpleshot } from './simpleshot.ts';
import { checkFinite, checkSupport } from './support.ts';
import {
  type Classification,
  type Classifier,
  type ClassifyOptions,
  type Method,
  type Scored,
  type SupportSet,
  UNKNOWN,
  type Vectors,
} from './types.ts';
import { scaleParts, weightsOfParts } from './weigh-parts.ts';

/** Those that compare the embeddings themselves; the prototypical one goes by distances. */
const byVectors: Readonly<Record<Exclude<Method, 'prototypical'>, Classifier>> = {
  matching,
  simpleshot,
  knn,
  relation,
};

/** Every method's name, the default first. */
export const methodNames: readonly Method[] = [
  'prototypical',
  ...(Object.keys(byVectors) as Exclude<Method, 'prototypical'>[]),
];

/** What is unknown tells more: this part of what its doubt lacks. */
const OF_UNKNOWN = 0.25;

/** A method's name, checked. Throws OptionError naming those there are. */
export function methodNamed(name: string): Method {
  const method = methodNames.find((one) => one === name);
  if (method) return method;
  throw new OptionError(`method: expected one of ${methodNames.join(', ')}, got ${name}.`);
}

/**
 * Name queries (n, dimension) from the labelled examples of a support set. The label is the class
 * with the largest score, or UNKNOWN when not even the nearest class is close (see reject.ts).
 * No queries give an empty result. Throws SupportError, ShapeError, OptionError.
 */
export function classify(
  kernels: Kernels,
  method: Method,
  support: SupportSet,
  queries: Float32Array,
  options: ClassifyOptions = {},
): Classification {
  checkSupport(support);
  const { dimension } = support;
  if (queries.length % dimension !== 0) {
    throw new ShapeError(
      `queries: expected a whole number of embeddings of dimension ${dimension}, got ${queries.length} values.`,
    );
  }
  checkFinite('queries', queries, dimension);
  const { unlabelled = queries } = options;
  if (unlabelled.length % dimension !== 0) {
    throw new ShapeError(
      `unlabelled: expected a whole number of embeddings of dimension ${dimension}, got ${unlabelled.length} values.`,
    );
  }
  if (unlabelled !== queries) checkFinite('unlabelled', unlabelled, dimension);
  const compared = compare(kernels, support, queries, options.unlabelled);
  return classifyCompared(kernels, method, compared, () => ({ support, queries }), options);
}

/** Distances of queries, examples and what is not labelled, as naming goes by them. */
export function compare(
  kernels: Kernels,
  support: SupportSet,
  queries: Float32Array,
  unlabelled: Float32Array | undefined,
): Compared {
  const { embeddings, dimension, labels, classes, parts = [dimension], beside = [] } = support;
  const count = (vectors: Float32Array) => vectors.length / dimension;
  const row = (vectors: Float32Array, i: number) =>
    vectors.subarray(i * dimension, (i + 1) * dimension);
  const others = unlabelled && unlabelled !== queries ? unlabelled : new Float32Array();
  const firstExample = count(queries);
  const firstOther = unlabelled === queries ? 0 : firstExample + labels.length;
  const chosen = unlabelledRows(unlabelled ? count(unlabelled) : 0);
  const middle = meanOfSome(queries, dimension);
  const rows = concat([queries, embeddings, others, middle]);
  const comparison = new Comparison(kernels, rows, parts);
  const seen = comparison.columns(
    concat([
      ...[embeddings, ...beside],
      ...chosen.map((i) => row(unlabelled as Float32Array, i)),
      middle,
    ]),
  );
  const besides = (1 + beside.length) * labels.length;
  return {
    queries: firstExample,
    rows: comparison.rows,
    parts: parts.length,
    nWay: classes.length,
    labels,
    examples: Array.from(labels, (_, e) => ({
      row: firstExample + e,
      column: seen[e],
      beside: beside.map((_, place) => seen[(1 + place) * labels.length + e]),
    })),
    unlabelled: chosen.map((i, at) => ({ row: firstOther + i, column: seen[besides + at] })),
    middle: { row: comparison.rows - 1, column: seen[seen.length - 1] },
  };
}

/**
 * As classify, from distances that are known already. `vectors` are asked for by the methods that
 * need the embeddings themselves; `scratch` serves who names again and again.
 */
export function classifyCompared(
  kernels: Kernels,
  method: Method,
  compared: Compared,
  vectors: () => Vectors,
  options: Omit<ClassifyOptions, 'unlabelled'> = {},
  scratch?: Scratch,
): Classification {
  const { nWay } = compared;
  const factors = weightsOfParts(compared);
  const squares = together(kernels, compared, factors, scratch);
  const weighed = () => scaled(vectors(), factors);
  const scored =
    methodNamed(method) === 'prototypical'
      ? prototypical(kernels, squares, options, weighed)
      : scoreVectors(kernels, method as keyof typeof byVectors, weighed(), options);
  const nearest = bestLabels(scored, nWay);
  const labels = nearest.slice();
  const confidence = confidenceOf(kernels, scored, labels, nWay);
  const examples = new Set(compared.examples.map(({ row }) => row));
  const doubt = doubtOf(kernels, scored, nWay, (q) => examples.has(q));
  if (options.reject !== false) {
    shortfalls(kernels, squares, scored).forEach((shortfall, q) => {
      if (shortfall === 0) return;
      labels[q] = UNKNOWN;
      confidence[q] = shortfall;
      doubt[q] += OF_UNKNOWN * (1 - doubt[q]);
    });
  }
  return { labels, nearest, confidence, doubt, scores: scored.scores };
}

function scoreVectors(
  kernels: Kernels,
  method: keyof typeof byVectors,
  { support, queries }: Vectors,
  options: ClassifyOptions,
): Scored {
  return byVectors[method](kernels, support, queries, options);
}

/** Every part of the embeddings counting for as much as it tells. */
function scaled({ support, queries }: Vectors, factors: Float64Array): Vectors {
  const { parts } = support;
  if (!parts || parts.length === 1) return { support, queries };
  const scale = (rows: Float32Array) => scaleParts(rows, parts, factors);
  return {
    support: { ...support, embeddings: scale(support.embeddings) },
    queries: scale(queries),
  };
}

/** The first of the largest scores of each query, (n). */
function bestLabels({ scores }: Scored, nWay: number): Int32Array {
  return Int32Array.from({ length: scores.length / nWay }, (_, q) => {
    let best = 0;
    for (let c = 1; c < nWay; c++) {
      if (scores[q * nWay + c] > scores[q * nWay + best]) best = c;
    }
    return best;
  });
}
