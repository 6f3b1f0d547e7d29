import { type ClassCount, type Defect, type Step, TOO_LARGE } from '../../core/index.ts';
import {
  bindLabels,
  type Labelling,
  NOT_A_DEFECT,
  type Position,
} from '../../core/session/index.ts';
import type { CallOptions, ClassifyCall, LabelledPoint, ScanHandle, SizedPoint } from '../index.ts';

/** The name of each candidate, one per candidate. */
export interface Naming {
  /** '' before there is any example. */
  labels: readonly string[];
  /** 0..1, NaN where nothing was compared. */
  confidence: Float32Array;
  /** 0..1: how much its label would tell; NaN where nothing was compared. */
  doubt: Float32Array;
  /** Whether the person gave the label. */
  isGiven: readonly boolean[];
  /** How they were compared; none before there is any example. */
  steps: readonly Step[];
}

export const nothingNamed: Naming = {
  labels: [],
  confidence: new Float32Array(0),
  doubt: new Float32Array(0),
  isGiven: [],
  steps: [],
};

/** Names of these candidates as far as they were among the earlier ones. */
export function namesOf(
  defects: readonly Defect[],
  earlier: readonly Defect[],
  { labels, confidence, doubt, isGiven, steps }: Naming,
): Naming {
  const places = new Map(earlier.map((defect, i) => [defect, i]));
  const from = defects.map((defect) => places.get(defect) ?? -1);
  return {
    labels: from.map((i, at) => labels[i] ?? (defects[at].tooLarge ? TOO_LARGE : '')),
    confidence: Float32Array.from(from, (i) => confidence[i] ?? Number.NaN),
    doubt: Float32Array.from(from, (i) => doubt[i] ?? Number.NaN),
    isGiven: from.map((i) => isGiven[i] ?? false),
    steps,
  };
}

const keyOf = ({ x, y }: Position) => `${x},${y}`;

/** Names the candidates of one scan from the labels given, and embeds them when there is need. */
export class Namer {
  private readonly handle: ScanHandle;
  /** Row of each embedded place. */
  private rows = new Map<string, number>();
  private bound: Int32Array = new Int32Array(0);

  constructor(handle: ScanHandle) {
    this.handle = handle;
  }

  /** The engine has forgotten what was embedded. */
  forget(): void {
    this.rows.clear();
  }

  get hasEmbedded(): boolean {
    return this.rows.size > 0;
  }

  /** Row of a place among the embeddings, -1 for none. */
  rowOf(place: Position): number {
    return this.rows.get(keyOf(place)) ?? -1;
  }

  /** Embed all that is to be compared: candidates of ordinary size, and labelled places beside them. */
  async embed(
    defects: readonly Defect[],
    { labels }: Labelling,
    candidateAt: (place: Position) => number,
    call: CallOptions,
  ): Promise<void> {
    this.bound = bindLabels(labels, defects, candidateAt);
    const stray = labels.filter((_, i) => this.bound[i] < 0).map(({ x, y }) => ({ x, y }));
    const wanted: SizedPoint[] = [...defects.filter(({ tooLarge }) => !tooLarge), ...stray];
    if (wanted.every((place) => this.rowOf(place) >= 0)) return;
    const points = [
      ...new Map(wanted.map(({ x, y, areaPx }) => [keyOf({ x, y }), { x, y, areaPx }])).values(),
    ];
    this.rows.clear();
    await this.handle.embed(points, {}, call);
    points.forEach((point, row) => {
      this.rows.set(keyOf(point), row);
    });
  }

  /** Embedded points that the person labelled. Call embed() first. */
  examples(defects: readonly Defect[], { labels }: Labelling): LabelledPoint[] {
    return labels.flatMap((one, i) => {
      const point = this.rowOf(this.bound[i] < 0 ? one : defects[this.bound[i]]);
      return point < 0 ? [] : [{ point, label: one.label }];
    });
  }

  /** Name every candidate. Non-defects alone would be no class to compare with. Call embed() first. */
  async name(
    defects: readonly Defect[],
    labelling: Labelling,
    options: ClassifyCall,
  ): Promise<Naming> {
    const { library } = labelling;
    const labels: string[] = defects.map(({ tooLarge }) => (tooLarge ? TOO_LARGE : ''));
    const confidence = new Float32Array(defects.length).fill(Number.NaN);
    const doubt = confidence.slice();
    const isGiven = defects.map(() => false);
    let steps: readonly Step[] = [];
    const examples = this.examples(defects, labelling);
    const given = [...examples.map(({ label }) => label), ...(library?.labels ?? [])];
    if (this.hasEmbedded && given.some((label) => label !== NOT_A_DEFECT)) {
      const named = await this.handle.classify(examples, { ...options, library });
      steps = named.steps;
      defects.forEach((defect, i) => {
        const row = this.rowOf(defect);
        if (defect.tooLarge || row < 0) return;
        labels[i] = named.labels[row];
        confidence[i] = named.confidence[row];
        doubt[i] = named.doubt[row];
      });
    }
    this.bound.forEach((candidate, i) => {
      if (candidate < 0) return;
      labels[candidate] = labelling.labels[i].label;
      confidence[candidate] = 1;
      doubt[candidate] = 0;
      isGiven[candidate] = true;
    });
    return { labels, confidence, doubt, isGiven, steps };
  }

  /** Count what was named, the labelling's classes first. */
  count(
    { labels }: Naming,
    { classes }: Labelling,
    searchedFraction: number | undefined,
  ): Promise<ClassCount[]> {
    const counted = labels.filter((label) => label !== NOT_A_DEFECT);
    const names = classes.map(({ name }) => name);
    return this.handle.count(counted, names, searchedFraction);
  }
}
