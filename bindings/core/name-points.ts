import type { EmbedOptions } from './embed-points.ts';
import { SupportError } from './errors.ts';
import type { Comparer, LibraryVectors, NamedExample } from './fewshot/comparer.ts';
import type { Classification, ClassifyOptions, Method } from './fewshot/index.ts';
import { isReservedLabel, UNKNOWN } from './label-words.ts';
import type { Point, SupportPoint } from './prepared.ts';
import { checkpoint, type RunOptions } from './progress.ts';
import type { Step } from './scan.ts';

export interface NameOptions extends EmbedOptions, Omit<ClassifyOptions, 'unlabelled'> {
  /** 'prototypical' (default), 'matching', 'relation', 'simpleshot' or 'knn'. */
  method?: Method;
  /** Let the points that are to be named move the prototypes (default true); see fewshot/refine.ts. */
  refine?: boolean;
}

/** The name given to each point. */
export interface Named {
  /** The classes of all examples, NOT_A_DEFECT among them where there are such, in order of first appearance. */
  classes: string[];
  /** One of the classes, or UNKNOWN when no example is close; one per point. */
  labels: string[];
  /** 0..1, one per point; NaN where it could be nothing else because one class alone has examples. */
  confidence: Float32Array;
  /**
   * 0..1, one per point: how much a label for it would tell, 0 for the examples. The largest is best labelled next: it lies
   * between classes, or far from all of them.
   */
  doubt: Float32Array;
  steps: Step[];
}

/** The name given to each of n embeddings. */
export interface NamedEmbeddings extends Omit<Named, 'steps'> {
  /** The class that would be the answer without rejection; one per embedding. */
  nearest: string[];
  /** (n, classes) the method's own scores, larger is more alike. */
  scores: Float32Array;
  step: Step;
}

/**
 * Name all points of a comparer after examples among them and those of a library; the examples
 * themselves as they are labelled. Throws SupportError for no
 * example and for a label that is no name for a class.
 */
export function nameCompared(
  comparer: Comparer,
  examples: readonly NamedExample[],
  library: LibraryVectors | null,
  {
    refine = true,
    method = 'prototypical',
    ...options
  }: Omit<NameOptions, keyof EmbedOptions> = {},
  run?: RunOptions,
): NamedEmbeddings {
  const labels = [...examples.map(({ label }) => label), ...(library?.labels ?? [])];
  checkNames(labels);
  checkpoint(run, 'classify', 0);
  const choice = { ...options, unlabelled: refine };
  const result = named(comparer.classify(method, examples, library, choice, run), method, labels);
  // What the person named needs no guess.
  for (const { point, label } of examples) {
    result.labels[point] = label;
    result.confidence[point] = 1;
    result.doubt[point] = 0;
  }
  checkpoint(run, 'classify', 1);
  return result;
}

function named(
  { classes, labels, nearest, confidence, doubt, scores }: Classification & { classes: string[] },
  method: Method,
  examples: readonly string[],
): NamedEmbeddings {
  const nameOf = (index: number) => (index < 0 ? UNKNOWN : classes[index]);
  return {
    classes,
    labels: Array.from(labels, nameOf),
    nearest: Array.from(nearest, nameOf),
    confidence,
    doubt,
    scores,
    step: {
      name: 'classify',
      method,
      classes: classes.map((name) => ({
        name,
        examples: examples.filter((label) => label === name).length,
      })),
    },
  };
}

/** Refuse an empty support set and labels that mean something else; `points` are where they stand. */
function checkNames(labels: readonly string[], points: readonly Point[] = []): void {
  if (labels.length === 0) {
    throw new SupportError('support: expected at least one labelled example, got none.');
  }
  for (const [i, label] of labels.entries()) {
    // Programs without types leave it out.
    const isText = typeof label === 'string';
    if (!isText || isReservedLabel(label) || label.trim() === '') throw noName(label, points[i]);
  }
}

/** The error for a label that is kept for defects without a class. */
export function noName(label: string, point: Point | undefined): SupportError {
  const place = point ? ` at (${point.x}, ${point.y})` : '';
  return new SupportError(
    `support: '${label}'${place} is no name for a class: it is kept for defects without one.`,
  );
}

/** As checkNames; refuse also two labels for one place. */
export function checkLabels(support: readonly SupportPoint[]): void {
  checkNames(
    support.map(({ label }) => label),
    support,
  );
  for (const { x, y, label } of support) {
    const other = support.find((o) => o.x === x && o.y === y && o.label !== label);
    if (other) {
      throw new SupportError(
        `support: '${label}' and '${other.label}' were both given to the defect at (${x.toFixed(1)}, ${y.toFixed(1)}).`,
      );
    }
  }
}
