import { OptionError, ShapeError } from '../errors.ts';
import type { Kernels } from '../kernels.ts';
import { confidenceOf } from './confidence.ts';
import { knn } from './knn.ts';
import { matching } from './matching.ts';
import { prototypical } from './prototypical.ts';
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
} from './types.ts';
import { scaleParts, weightsOfParts } from './weigh-parts.ts';

export const methods: Readonly<Record<Method, Classifier>> = {
  prototypical,
  matching,
  simpleshot,
  knn,
  relation,
};

/** Every method's name, the default first. */
export const methodNames = Object.keys(methods) as readonly Method[];

/** A method's name, checked. Throws OptionError naming those there are. */
export function methodNamed(name: string): Method {
  if (Object.hasOwn(methods, name)) return name as Method;
  throw new OptionError(`method: expected one of ${Object.keys(methods).join(', ')}, got ${name}.`);
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
  return classifyWeighed(
    kernels,
    methodNamed(method),
    ...weighed(kernels, support, queries, options),
  );
}

/** The same, every part of the embeddings counting for as much as it tells. */
function weighed(
  kernels: Kernels,
  support: SupportSet,
  queries: Float32Array,
  options: ClassifyOptions,
): [SupportSet, Float32Array, ClassifyOptions] {
  const { parts } = support;
  if (!parts || parts.length === 1) return [support, queries, options];
  const { unlabelled } = options;
  const factors = weightsOfParts(kernels, support, queries);
  const scale = (rows: Float32Array) => scaleParts(rows, parts, factors);
  const scaled = scale(queries);
  const examples = {
    ...support,
    embeddings: scale(support.embeddings),
    beside: (support.beside ?? []).map(scale),
  };
  if (!unlabelled) return [examples, scaled, options];
  const others = unlabelled === queries ? scaled : scale(unlabelled);
  return [examples, scaled, { ...options, unlabelled: others }];
}

function classifyWeighed(
  kernels: Kernels,
  method: Method,
  support: SupportSet,
  queries: Float32Array,
  options: ClassifyOptions,
): Classification {
  const { classes } = support;
  const scored = methods[method](kernels, support, queries, options);
  const nearest = bestLabels(scored, classes.length);
  const labels = nearest.slice();
  const confidence = confidenceOf(kernels, scored, labels, classes.length);
  if (options.reject !== false) {
    shortfalls(kernels, support, queries, scored).forEach((shortfall, q) => {
      if (shortfall === 0) return;
      labels[q] = UNKNOWN;
      confidence[q] = shortfall;
    });
  }
  return { labels, nearest, confidence, scores: scored.scores };
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
