import {
  type ClassCount,
  type Defect,
  type FindOptions,
  OptionError,
  type PrepareOptions,
  TOO_LARGE,
} from '../../core/index.ts';
import {
  bindLabels,
  type ClassLibrary,
  type Command,
  checkInput,
  checkNetwork,
  emptyLabelling,
  History,
  isAt,
  joinLibraries,
  type Labelling,
  NOT_A_DEFECT,
  type Position,
  readSession,
  type SessionInput,
  writeSession,
} from '../../core/session/index.ts';
import type {
  CallOptions,
  Engine,
  Found,
  NamedBytes,
  Plane,
  PreparedInfo,
  ScanHandle,
} from '../index.ts';
import { type Candidates, candidatesOf } from './candidates.ts';

/** What has changed, for those who show it. */
export type Change = 'scan' | 'levelled' | 'segment' | 'labels' | 'classify' | 'busy' | 'message';

/** The name of each candidate, one per candidate. */
export interface Naming {
  /** '' before there is any example. */
  labels: readonly string[];
  /** 0..1, NaN where nothing was compared. */
  confidence: Float32Array;
  /** Whether the person gave the label. */
  isGiven: readonly boolean[];
}

export interface Busy {
  stage: string;
  /** 0..1 */
  fraction: number;
}

const nothingNamed: Naming = { labels: [], confidence: new Float32Array(0), isGiven: [] };
const noCandidates: Candidates = { defects: [], regionIds: new Int32Array(0) };

/**
 * One scan on the bench: what the engine found in it, what the person said about it, and what
 * follows from both. Knows no page, so that an app can work through many scans without showing them.
 */
export class Workbench {
  readonly engine: Engine;
  readonly handle: ScanHandle;
  history: History;
  prepared: PreparedInfo | undefined;
  found: Found | undefined;
  candidates = noCandidates;
  naming = nothingNamed;
  counts: ClassCount[] = [];
  busy: Busy | undefined;
  message = '';
  /** Milliseconds from the last command to its new labels. */
  lastLatencyMs = Number.NaN;
  private readonly listeners = new Set<(change: Change) => void>();
  private points: Position[] = [];
  private preparedWith = '';
  private turn: Promise<unknown> = Promise.resolve();
  private round = 0;
  private other: { handle: ScanHandle; options: string } | undefined;
  private readonly file: NamedBytes;
  private readonly companions: readonly NamedBytes[];

  private constructor(
    engine: Engine,
    handle: ScanHandle,
    file: NamedBytes,
    companions: readonly NamedBytes[],
  ) {
    this.engine = engine;
    this.handle = handle;
    this.file = file;
    this.companions = companions;
    this.history = new History(emptyLabelling);
  }

  /** Read and level a scan. Rejects as Engine.open and ScanHandle.prepare. */
  static async open(
    engine: Engine,
    file: NamedBytes,
    companions: readonly NamedBytes[] = [],
  ): Promise<Workbench> {
    const handle = await engine.open(file, { companions });
    const bench = new Workbench(engine, handle, file, companions);
    await bench.prepare();
    return bench;
  }

  listen(listener: (change: Change) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  get labelling(): Labelling {
    return this.history.present;
  }

  get input(): SessionInput {
    return { file: this.handle.info.name, sha256: this.handle.info.sha256 };
  }

  get prepareOptions(): PrepareOptions {
    return (this.labelling.options['prepare'] ?? {}) as PrepareOptions;
  }

  /** The image to show of a channel: levelled as the person wants it. */
  async plane(title: string): Promise<Plane> {
    const used = this.prepared?.channels.findIndex(({ name }) => name === title) ?? -1;
    if (used >= 0) return this.handle.levelledPlane(used);
    // On a handle of its own: preparing other channels would forget what is embedded.
    const wanted = { ...this.prepareOptions, channels: [title] };
    this.other ??= {
      handle: await this.engine.open(this.file, { companions: this.companions }),
      options: '',
    };
    const options = JSON.stringify(wanted);
    if (this.other.options !== options) {
      await this.other.handle.prepare(wanted);
      this.other.options = options;
    }
    return this.other.handle.levelledPlane(0);
  }

  /** Find every departure from the lattice, then embed what was found. */
  async segment(options?: FindOptions, call: CallOptions = {}): Promise<Found> {
    if (options) {
      const { labelling } = this;
      this.history.run({ type: 'options', options: { ...labelling.options, find: options } });
    }
    await this.enqueue(async () => {
      const wanted = (this.labelling.options['find'] ?? {}) as FindOptions;
      this.found = await this.handle.find(wanted, this.reporting(call));
      this.points = [];
      this.tell('segment');
      await this.update();
    });
    return this.found!;
  }

  /** Carry out a command and bring everything up to date. Rejects as `apply`, and nothing has changed. */
  async run(command: Command): Promise<void> {
    const begun = performance.now();
    this.history.run(command);
    await this.follow(begun);
  }

  async undo(): Promise<boolean> {
    const begun = performance.now();
    if (!this.history.undo()) return false;
    await this.follow(begun);
    return true;
  }

  async redo(): Promise<boolean> {
    const begun = performance.now();
    if (!this.history.redo()) return false;
    await this.follow(begun);
    return true;
  }

  /** Index of the candidate at a place, -1 for none. */
  candidateAt({ x, y }: Position): number {
    const { prepared, candidates } = this;
    const column = Math.round(x);
    const row = Math.round(y);
    if (!prepared || candidates.defects.length === 0) return -1;
    if (column < 0 || row < 0 || column >= prepared.columns || row >= prepared.rows) return -1;
    const id = candidates.regionIds[row * prepared.columns + column];
    return id === 0 ? -1 : candidates.defects.findIndex((one) => one.id === id);
  }

  /** The labelled examples of this scan and of the library in use; null without any. */
  async library(): Promise<ClassLibrary | null> {
    const { classes, labels, library } = this.labelling;
    const rows = this.examples();
    if (rows.length === 0) return library;
    const { embeddings, dimension } = await this.handle.embeddings();
    const vectors = new Float32Array(rows.length * dimension);
    rows.forEach(({ point }, i) => {
      vectors.set(embeddings.subarray(point * dimension, (point + 1) * dimension), i * dimension);
    });
    const own: ClassLibrary = {
      network: this.engine.network,
      dimension,
      classes: classes.filter(({ name }) => labels.some(({ label }) => label === name)),
      labels: rows.map(({ label }) => label),
      embeddings: vectors,
      sources: [this.input.file],
    };
    return library ? joinLibraries(own, library) : own;
  }

  session(): string {
    return writeSession({ input: this.input, labelling: this.labelling });
  }

  /** Take up saved work. Throws FormatError, or OptionError for the work on another scan. */
  async restore(text: string, file: string): Promise<void> {
    const session = readSession(text, file);
    checkInput(session, this.input, file);
    this.history = new History(session.labelling);
    await this.follow(performance.now());
    if (this.labelling.options['segmented'] || this.labelling.labels.length > 0) {
      if (!this.found) await this.segment();
    }
  }

  close(): void {
    this.listeners.clear();
    this.handle.close();
    this.other?.handle.close();
  }

  say(message: string): void {
    this.message = message;
    this.tell('message');
  }

  private tell(change: Change): void {
    for (const listener of this.listeners) listener(change);
  }

  private reporting(call: CallOptions = {}): CallOptions {
    return {
      ...call,
      onProgress: (event) => {
        this.busy = event;
        this.tell('busy');
        call.onProgress?.(event);
      },
    };
  }

  /** One piece of work after the other: each finds the state that the one before left. */
  private enqueue<T>(work: () => Promise<T>): Promise<T> {
    const result = this.turn.then(work).finally(() => {
      this.busy = undefined;
      this.tell('busy');
    });
    this.turn = result.catch(() => {});
    return result;
  }

  private async prepare(): Promise<void> {
    const wanted = JSON.stringify(this.prepareOptions);
    this.prepared = await this.handle.prepare(this.prepareOptions, this.reporting());
    this.preparedWith = wanted;
    this.points = [];
  }

  private async follow(begun: number): Promise<void> {
    this.tell('labels');
    const round = ++this.round;
    await this.enqueue(async () => {
      // A later command does this too.
      if (round !== this.round) return;
      if (JSON.stringify(this.prepareOptions) !== this.preparedWith) await this.prepareAgain();
      await this.update();
      this.lastLatencyMs = performance.now() - begun;
    });
  }

  private async prepareAgain(): Promise<void> {
    await this.prepare();
    this.tell('levelled');
    if (!this.found) return;
    const wanted = (this.labelling.options['find'] ?? {}) as FindOptions;
    this.found = await this.handle.find(wanted, this.reporting());
    this.tell('segment');
  }

  private async update(): Promise<void> {
    const { found, prepared, labelling } = this;
    if (!found || !prepared) return;
    this.candidates = candidatesOf(found, prepared, labelling);
    await this.embed();
    this.naming = await this.name();
    this.counts = await this.count();
    this.tell('classify');
  }

  /** Everything that is compared: candidates of ordinary size, and labelled places beside them all. */
  private async embed(): Promise<void> {
    const { defects } = this.candidates;
    const bound = this.bind();
    const stray = this.labelling.labels.filter((_, i) => bound[i] < 0);
    const wanted = [...defects.filter(({ tooLarge }) => !tooLarge), ...stray];
    const known = new Set(this.points.map(({ x, y }) => `${x},${y}`));
    if (wanted.length === 0 || wanted.every(({ x, y }) => known.has(`${x},${y}`))) return;
    const points = wanted.map(({ x, y }) => ({ x, y }));
    await this.handle.embed(points, {}, this.reporting());
    this.points = points;
  }

  private bind(): Int32Array {
    const { labels } = this.labelling;
    return bindLabels(labels, this.candidates.defects, (place) => this.candidateAt(place));
  }

  /** Embedded points that the person labelled. Non-defects alone would be no class to compare with. */
  private examples(): { point: number; label: string }[] {
    const { labels } = this.labelling;
    const { defects } = this.candidates;
    const bound = this.bind();
    return labels.flatMap((one, i) => {
      const place = bound[i] < 0 ? one : defects[bound[i]];
      const point = this.points.findIndex((other) => isAt(other, place));
      return point < 0 ? [] : [{ point, label: one.label }];
    });
  }

  private async name(): Promise<Naming> {
    const { defects } = this.candidates;
    const { library, labels: given } = this.labelling;
    const labels: string[] = defects.map(({ tooLarge }) => (tooLarge ? TOO_LARGE : ''));
    const confidence = new Float32Array(defects.length).fill(Number.NaN);
    const isGiven = defects.map(() => false);
    const examples = this.examples();
    const isClass = ({ label }: { label: string }) => label !== NOT_A_DEFECT;
    if (this.points.length > 0 && (examples.some(isClass) || library?.labels.length)) {
      const named = await this.handle.classify(examples, { library });
      const rowOf = new Map(this.points.map(({ x, y }, row) => [`${x},${y}`, row]));
      defects.forEach(({ x, y, tooLarge }, i) => {
        const row = rowOf.get(`${x},${y}`);
        if (tooLarge || row === undefined) return;
        labels[i] = named.labels[row];
        confidence[i] = named.confidence[row];
      });
    }
    this.bind().forEach((candidate, i) => {
      if (candidate < 0) return;
      labels[candidate] = given[i].label;
      confidence[candidate] = 1;
      isGiven[candidate] = true;
    });
    return { labels, confidence, isGiven };
  }

  private count(): Promise<ClassCount[]> {
    const counted = this.naming.labels.filter((label) => label !== NOT_A_DEFECT);
    const names = this.labelling.classes.map(({ name }) => name);
    return this.handle.count(counted, names, this.found?.searchedFraction);
  }

  /** Defects that count, with their labels: without those that are none. */
  counted(): { defects: Defect[]; labels: string[]; confidence: (number | null)[] } {
    const { labels, confidence } = this.naming;
    const kept = labels.flatMap((label, i) => (label === NOT_A_DEFECT ? [] : [i]));
    return {
      defects: kept.map((i) => this.candidates.defects[i]),
      labels: kept.map((i) => labels[i]),
      confidence: kept.map((i) => (Number.isNaN(confidence[i]) ? null : confidence[i])),
    };
  }

  /** Use the examples of other scans. Throws SupportError when they are of another network. */
  async useLibrary(library: ClassLibrary): Promise<void> {
    if (this.points.length > 0) {
      const { dimension } = await this.handle.embeddings();
      checkNetwork(library, this.engine.network, dimension);
    } else if (library.network.sha256 !== this.engine.network.sha256) {
      checkNetwork(library, this.engine.network, library.dimension);
    }
    await this.run({ type: 'library', library });
  }

  /** The candidate's place, by its number. Throws OptionError when there is none. */
  placeOf(candidate: number): Position {
    const defect = this.candidates.defects[candidate];
    if (!defect) throw new OptionError(`defect ${candidate}: there is no such candidate.`);
    return { x: defect.x, y: defect.y };
  }
}
