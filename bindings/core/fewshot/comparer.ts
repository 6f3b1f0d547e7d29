import { ShapeError } from '../errors.ts';
import type { Kernels } from '../kernels.ts';
import { checkpoint, type RunOptions } from '../progress.ts';
import { meanOfSome } from './centred.ts';
import { classifyCompared } from './classify.ts';
import { type Column, Comparison, concat, Scratch, type Seen } from './comparison.ts';
import { unlabelledRows } from './refine.ts';
import { checkFinite, checkLabels } from './support.ts';
import type { Classification, ClassifyOptions, Method, SupportSet } from './types.ts';

/** Embeddings that are to be named, as embedPoints gives them. */
export interface Nameable {
  /** (points, dimension) */
  embeddings: Float32Array;
  dimension: number;
  parts: readonly number[];
  /** Points as seen from places beside them, (points, dimension) for each place; none where that is unknown. */
  fromBeside(points: readonly number[]): Float32Array[];
}

/** Labelled examples from elsewhere, as vectors. */
export interface LibraryVectors {
  /** (labels, dimension) */
  embeddings: Float32Array;
  labels: readonly string[];
}

export interface NamedExample {
  /** Index of an embedded point. */
  point: number;
  label: string;
}

/** Points whose distances are computed together: bounds the memory that their vectors take. */
const AT_ONCE = 8;

/**
 * Embedded points that are named again and again while examples come and go. What it has once
 * computed of a point as an example it keeps, so that one more click costs the distances from one
 * place and its surroundings. The same examples give the same bits, whatever was asked before.
 */
export class Comparer {
  private readonly kernels: Kernels;
  private readonly points: Nameable;
  private readonly n: number;
  private readonly scratch = new Scratch();
  private comparison: Comparison;
  private unlabelled: Seen[] = [];
  private middle: Seen;
  private library: Float32Array = new Float32Array();
  private ofLibrary: Column[] = [];
  /** Of each point that was an example: from itself, then from each place beside it. */
  private seen: (readonly Column[] | undefined)[] = [];

  /** Throws SupportError when an embedding is not finite. */
  constructor(kernels: Kernels, points: Nameable) {
    const { embeddings, dimension } = points;
    checkFinite('queries', embeddings, dimension);
    this.kernels = kernels;
    this.points = points;
    this.n = embeddings.length / dimension;
    [this.comparison, this.middle] = this.compareWith(this.library);
  }

  /**
   * Name every point after examples among them and in a library. Throws SupportError when there is no
   * example, and as the method does.
   */
  classify(
    method: Method,
    examples: readonly NamedExample[],
    library: LibraryVectors | null,
    {
      unlabelled = true,
      ...options
    }: Omit<ClassifyOptions, 'unlabelled'> & { unlabelled?: boolean },
    run?: RunOptions,
  ): Classification & { classes: string[] } {
    const { kernels, points, n, scratch } = this;
    const { dimension, parts } = points;
    if (library && library.embeddings.length !== library.labels.length * dimension) {
      throw new ShapeError(
        `library: expected ${library.labels.length} embeddings of dimension ${dimension}, got ${library.embeddings.length} values.`,
      );
    }
    this.use(library?.embeddings ?? new Float32Array());
    const unique = [...new Map(examples.map((one) => [one.point, one])).values()];
    const names = [...unique.map(({ label }) => label), ...(library?.labels ?? [])];
    const classes = [...new Set(names)];
    const labels = Int32Array.from(names, (name) => classes.indexOf(name));
    const support = (): SupportSet => ({
      embeddings: concat([...unique.map(({ point }) => this.vector(point)), this.library]),
      dimension,
      parts,
      labels,
      classes,
    });
    checkLabels({ labels, classes });
    this.see(
      unique.map(({ point }) => point),
      run,
    );
    const compared = {
      queries: n,
      rows: this.comparison.rows,
      parts: parts.length,
      nWay: classes.length,
      labels,
      examples: [
        ...unique.map(({ point }) => {
          const [column, ...beside] = this.seen[point] as readonly Column[];
          return { row: point, column, beside };
        }),
        ...this.ofLibrary.map((column, i) => ({ row: n + i, column, beside: [] })),
      ],
      middle: this.middle,
      unlabelled: unlabelled ? this.unlabelled : [],
    };
    const vectors = () => ({ support: support(), queries: points.embeddings });
    return { classes, ...classifyCompared(kernels, method, compared, vectors, options, scratch) };
  }

  /** What is kept, to count its bytes. */
  get kept(): unknown {
    const { comparison, unlabelled, ofLibrary, seen, scratch } = this;
    return [comparison.kept, unlabelled, ofLibrary, seen, scratch.kept];
  }

  private vector(point: number): Float32Array {
    const { embeddings, dimension } = this.points;
    return embeddings.subarray(point * dimension, (point + 1) * dimension);
  }

  /** Another library is other rows: everything is compared anew. */
  private use(library: Float32Array): void {
    const same =
      library.length === this.library.length && library.every((v, i) => v === this.library[i]);
    if (same) return;
    checkFinite('library', library, this.points.dimension);
    // A copy: without a worker the caller may change what it gave. Kept last: what fails leaves all as it was.
    const own = library.slice();
    [this.comparison, this.middle] = this.compareWith(own);
    this.library = own;
    this.seen = [];
  }

  private compareWith(library: Float32Array): [Comparison, Seen] {
    const { embeddings, dimension, parts } = this.points;
    const middle = meanOfSome(embeddings, dimension);
    const rows = concat([embeddings, library, middle]);
    const comparison = new Comparison(this.kernels, rows, parts);
    const others = unlabelledRows(this.n);
    const columns = comparison.columns(
      concat([...others.map((row) => this.vector(row)), library, middle]),
    );
    this.unlabelled = others.map((row, i) => ({ row, column: columns[i] }));
    this.ofLibrary = columns.slice(others.length, -1);
    return [comparison, { row: comparison.rows - 1, column: columns[columns.length - 1] }];
  }

  /** Compute what is not known yet of these points as examples. */
  private see(points: readonly number[], run?: RunOptions): void {
    const unseen = points.filter((point) => !this.seen[point]);
    for (let first = 0; first < unseen.length; first += AT_ONCE) {
      checkpoint(run, 'classify', first / unseen.length);
      const some = unseen.slice(first, first + AT_ONCE);
      const places = [
        concat(some.map((point) => this.vector(point))),
        ...this.points.fromBeside(some),
      ];
      const columns = this.comparison.columns(concat(places));
      some.forEach((point, i) => {
        this.seen[point] = places.map((_, place) => columns[place * some.length + i]);
      });
    }
  }
}
