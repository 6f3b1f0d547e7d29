import { OptionError, ShapeError, SupportError } from '../errors.ts';
import type { Kernels } from '../kernels.ts';
import { checkpoint, type RunOptions } from '../progress.ts';
import { Random } from '../random.ts';
import { Calibration } from './calibration.ts';
import { classify } from './classify.ts';
import { concat } from './comparison.ts';
import { evenly } from './evenly.ts';
import type { ClassifyOptions, Method } from './types.ts';

export interface EpisodeOptions extends ClassifyOptions {
  /** Classes per episode, drawn anew each time; all of them by default. */
  nWay?: number;
  /** Examples per class. */
  shots: number;
  /** 500 by default. */
  episodes?: number;
  seed?: number;
  /** Names of the classes, for messages. */
  classes?: readonly string[];
  /** Lengths of the parts of each embedding; see SupportSet. */
  parts?: readonly number[];
  /** The same points as seen from places beside them, (n, dimension) each; see SupportSet. */
  beside?: readonly Float32Array[];
}

export interface EpisodeResult {
  /** Mean over episodes of the mean per-class accuracy, 0..1. */
  mean: number;
  /** Half the width of its 95 % confidence interval, 1.96 standard errors. */
  interval: number;
  /**
   * Expected calibration error, 0..1: how far the confidence in a label is from the share of right
   * ones, the mean over ten bins of confidence by how many labels are in each (Guo et al. 2017,
   * arXiv 1706.04599). NaN of one class alone, whose labels have no confidence.
   */
  calibrationError: number;
  /** Mean per-class accuracy of each episode. */
  accuracies: Float64Array;
  nWay: number;
  shots: number;
}

/** So many of the unlabelled embeddings, evenly taken, are known in an episode beside its queries. */
const MOST_OTHERS = 256;

/**
 * N-way K-shot episodes (Vinyals et al. 2016): draw K examples of each of N classes, classify all
 * the rest of those classes, score the mean of the classes' accuracies (every class counts the same,
 * however many queries it has). embeddings (n, dimension), labels (n) from 0. With `unlabelled` given the
 * queries, without their labels, are known as well, as they are when all defects of a scan are named at
 * once. Rejection is off unless asked for, and then counts as a wrong answer. The same seed draws the same episodes for every
 * method. Throws SupportError when a class has not one example more than the shots.
 */
export function runEpisodes(
  kernels: Kernels,
  method: Method,
  embeddings: Float32Array,
  dimension: number,
  labels: Int32Array,
  options: EpisodeOptions,
  run?: RunOptions,
): EpisodeResult {
  const { shots, episodes = 500, seed = 1, reject = false } = options;
  const members = membersPerClass(embeddings, dimension, labels);
  const nWay = options.nWay ?? members.length;
  checkEpisodes(members, nWay, shots, episodes, options.classes);
  const random = new Random(seed);
  const accuracies = new Float64Array(episodes);
  const calibration = new Calibration();
  const others = options.unlabelled && someOf(options.unlabelled, dimension, MOST_OTHERS);
  for (let e = 0; e < episodes; e++) {
    checkpoint(run, 'episodes', e / episodes);
    const classes = random.shuffle([...members.keys()]).slice(0, nWay);
    const drawn = classes.map((label) => random.shuffle([...members[label]]));
    const supportIndex = drawn.flatMap((items) => items.slice(0, shots));
    const queryIndex = drawn.flatMap((items) => items.slice(shots));
    const truth = drawn.flatMap((items, c) => items.slice(shots).map(() => c));
    const support = {
      embeddings: pick(embeddings, dimension, supportIndex),
      dimension,
      labels: Int32Array.from(supportIndex, (_, i) => Math.floor(i / shots)),
      classes: classes.map(String),
      parts: options.parts ?? [dimension],
      beside: (options.beside ?? []).map((seen) => pick(seen, dimension, supportIndex)),
    };
    const queries = pick(embeddings, dimension, queryIndex);
    const result = classify(kernels, method, support, queries, {
      ...options,
      ...(others ? { unlabelled: concat([queries, others]) } : {}),
      reject,
    });
    accuracies[e] = meanPerClassAccuracy(result.labels, truth, nWay);
    truth.forEach((label, i) => {
      calibration.add(result.confidence[i], result.labels[i] === label);
    });
  }
  checkpoint(run, 'episodes', 1);
  const calibrationError = calibration.error();
  return { ...meanAndInterval(accuracies), calibrationError, accuracies, nWay, shots };
}

function membersPerClass(
  embeddings: Float32Array,
  dimension: number,
  labels: Int32Array,
): number[][] {
  if (embeddings.length !== labels.length * dimension) {
    throw new ShapeError(
      `episodes: expected ${labels.length} embeddings of dimension ${dimension}, got ${embeddings.length} values.`,
    );
  }
  const members: number[][] = [];
  labels.forEach((label, i) => {
    if (label < 0) throw new SupportError(`episodes: expected labels from 0, got ${label}.`);
    while (members.length <= label && members.length < labels.length) members.push([]);
    if (!members[label]) {
      throw new SupportError(`episodes: expected labels below ${labels.length}, got ${label}.`);
    }
    members[label].push(i);
  });
  return members;
}

function checkEpisodes(
  members: readonly number[][],
  nWay: number,
  shots: number,
  episodes: number,
  classes?: readonly string[],
): void {
  if (!(Number.isInteger(shots) && shots >= 1)) {
    throw new OptionError(`episodes: expected shots of at least 1, got ${shots}.`);
  }
  if (!(Number.isInteger(episodes) && episodes >= 1 && episodes <= 1e6)) {
    throw new OptionError(`episodes: expected 1 to 1000000 episodes, got ${episodes}.`);
  }
  if (!(Number.isInteger(nWay) && nWay >= 1 && nWay <= members.length)) {
    throw new SupportError(
      `episodes: expected a way of 1 to ${members.length} (the classes there are), got ${nWay}.`,
    );
  }
  members.forEach((items, label) => {
    if (items.length < shots + 1) {
      throw new SupportError(
        `episodes: ${shots} shots need at least ${shots + 1} examples of each class, ${classes ? `'${classes[label]}'` : `class ${label}`} has ${items.length}.`,
      );
    }
  });
}

function pick(embeddings: Float32Array, dimension: number, index: readonly number[]): Float32Array {
  const picked = new Float32Array(index.length * dimension);
  index.forEach((from, to) => {
    picked.set(embeddings.subarray(from * dimension, (from + 1) * dimension), to * dimension);
  });
  return picked;
}

/** At most `most` rows, evenly taken. */
function someOf(embeddings: Float32Array, dimension: number, most: number): Float32Array {
  const n = embeddings.length / dimension;
  return n <= most ? embeddings : pick(embeddings, dimension, evenly(n, most));
}

function meanPerClassAccuracy(labels: Int32Array, truth: readonly number[], nWay: number): number {
  const right = new Float64Array(nWay);
  const all = new Float64Array(nWay);
  truth.forEach((label, i) => {
    all[label]++;
    if (labels[i] === label) right[label]++;
  });
  return right.reduce((sum, count, label) => sum + count / all[label], 0) / nWay;
}

function meanAndInterval(values: Float64Array): { mean: number; interval: number } {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const squares = values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
  const interval = n > 1 ? 1.96 * Math.sqrt(squares / (n - 1) / n) : 0;
  return { mean, interval };
}
