import {
  CancelledError,
  type ClassCount,
  type FindOptions,
  OptionError,
  type PrepareOptions,
} from '../../core/index.ts';
import {
  bindLabels,
  type ClassLibrary,
  type Command,
  checkInput,
  checkNetwork,
  type DefectLabel,
  emptyLabelling,
  History,
  joinLibraries,
  type Labelling,
  libraryOf,
  type Position,
  readSession,
  type SessionInput,
  type SurfaceSeen,
  surfaceSeen,
  surfaceWarnings,
  writeSession,
} from '../../core/session/index.ts';
import type {
  CallOptions,
  ClassifyCall,
  Engine,
  Found,
  NamedBytes,
  OpenOptions,
  PreparedInfo,
  ScanHandle,
} from '../index.ts';
import { type Candidates, candidatesOf } from './candidates.ts';
import { Namer, type Naming, namesOf, nothingNamed } from './naming.ts';
import { type PlaneInUnit, Planes } from './planes.ts';

/** What has changed, for those who show it. */
export type Change = 'levelled' | 'candidates' | 'segment' | 'labels' | 'classify' | 'busy';

export interface Busy {
  stage: string;
  /** 0..1 */
  fraction: number;
}

/** Time for a page to draw what was found, before the worker takes one of perhaps two cores again, ms. */
const SHOWING_MS = 100;

const noCandidates: Candidates = { defects: [], regionIds: new Int32Array(0) };

/**
 * One scan on the bench: what the engine found in it, what the person said about it, and what
 * follows from both. Knows no page, so that an app can work through many scans without showing them.
 */
export class Workbench {
  readonly engine: Engine;
  handle: ScanHandle;
  prepared: PreparedInfo | undefined;
  found: Found | undefined;
  candidates = noCandidates;
  naming = nothingNamed as Naming;
  counts: ClassCount[] = [];
  busy: Busy | undefined;
  /** Milliseconds from the last command to its new labels. */
  lastLatencyMs = Number.NaN;
  private history = new History(emptyLabelling);
  private readonly file: NamedBytes;
  private readonly companions: readonly NamedBytes[];
  private namer: Namer;
  private planes: Planes;
  private readonly listeners = new Set<(change: Change) => void>();
  /** Options that `handle`, `prepared` and `found` were made with, as text; '' for none, undefined for what is out of date. */
  private openedWith = '{}';
  private preparedWith = '';
  private foundWith: string | undefined = '';
  /** What the candidates follow from: labels alone leave them as they are. */
  private madeFrom: readonly unknown[] = [];
  private turn: Promise<unknown> = Promise.resolve();
  private round = 0;
  private stop = new AbortController();

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
    this.namer = new Namer(handle);
    this.planes = this.planesOf(handle);
  }

  /** Read and level a scan. Rejects as Engine.open and ScanHandle.prepare. */
  static async open(
    engine: Engine,
    file: NamedBytes,
    companions: readonly NamedBytes[] = [],
  ): Promise<Workbench> {
    const handle = await engine.open(file, { companions });
    const bench = new Workbench(engine, handle, file, companions);
    try {
      await bench.follow(performance.now());
      return bench;
    } catch (error) {
      bench.close();
      throw error;
    }
  }

  listen(listener: (change: Change) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  get labelling(): Labelling {
    return this.history.present;
  }

  get canUndo(): boolean {
    return this.history.canUndo;
  }

  get canRedo(): boolean {
    return this.history.canRedo;
  }

  get input(): SessionInput {
    return { file: this.handle.info.name, sha256: this.handle.info.sha256 };
  }

  /** What is to be known before the names are trusted. */
  get warnings(): string[] {
    return surfaceWarnings(this.labelling.library, this.surface);
  }

  /** How the file is read: its width, where the file does not say it or says it wrong. */
  get openOptions(): Pick<OpenOptions, 'widthNm'> {
    return (this.labelling.options['open'] ?? {}) as Pick<OpenOptions, 'widthNm'>;
  }

  /** How the scan is levelled, and the unit of its heights. */
  get prepareOptions(): PrepareOptions {
    return (this.labelling.options['prepare'] ?? {}) as PrepareOptions;
  }

  /** How defects were looked for; undefined before. */
  get findOptions(): FindOptions | undefined {
    return this.labelling.options['find'] as FindOptions | undefined;
  }

  /** How defects are named. */
  get nameOptions(): ClassifyCall {
    return (this.labelling.options['name'] ?? {}) as ClassifyCall;
  }

  /** The image to show of a channel, by its title: levelled as the person wants it. */
  plane(title: string): Promise<PlaneInUnit> {
    return this.planes.plane(title, this.prepared!, this.prepareOptions);
  }

  /** The labelled examples of this scan, which say what counts as a defect in a search; see FindOptions.support. */
  get examples(): DefectLabel[] {
    return this.labelling.labels.map(({ x, y, label }) => ({ x, y, label }));
  }

  /** Whether what was found did not go by the examples that there are now. */
  get canFindByExamples(): boolean {
    const { examples, found, findOptions } = this;
    const used = JSON.stringify(findOptions?.support);
    return !!found && examples.length > 0 && used !== JSON.stringify(examples);
  }

  /** Find every departure from the lattice, then embed what was found. Can be undone. */
  async segment(options: FindOptions = {}, call: CallOptions = {}): Promise<Found> {
    await this.setOptions({ find: options }, call);
    return this.found!;
  }

  /** Change some of the run's options; what depends on them is computed again. */
  async setOptions(changed: Record<string, unknown>, call: CallOptions = {}): Promise<void> {
    const options = { ...this.labelling.options, ...changed };
    if (JSON.stringify(options) === JSON.stringify(this.labelling.options)) return;
    await this.run({ type: 'options', options }, call);
  }

  /** Carry out a command and bring everything up to date. Rejects as `apply`, and nothing has changed. */
  async run(command: Command, call: CallOptions = {}): Promise<void> {
    const begun = performance.now();
    this.history.run(command);
    await this.follow(begun, call);
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

  /** Once everything that was asked for is done. */
  async settled(): Promise<void> {
    for (let seen: unknown; seen !== this.turn; ) {
      seen = this.turn;
      await seen;
    }
  }

  /** Stop what is being computed; the command that asked for it is taken back. */
  cancel(): void {
    this.stop.abort();
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

  /** The candidate's place, by its number. Throws OptionError when there is none. */
  placeOf(candidate: number): Position {
    const defect = this.candidates.defects[candidate];
    if (!defect) throw new OptionError(`defect ${candidate}: there is no such candidate.`);
    return { x: defect.x, y: defect.y };
  }

  /**
   * Labels of the candidates at these places, the last one given of each. One where nothing was found, a stray,
   * stays where it is: what is there is compared all the same.
   */
  labelsAt(given: readonly DefectLabel[]): { labels: DefectLabel[]; strays: number } {
    const { defects } = this.candidates;
    const bound = bindLabels(given, defects, (place) => this.candidateAt(place));
    const labels = new Map<string, DefectLabel>();
    given.forEach((one, i) => {
      const place = bound[i] < 0 ? one : this.placeOf(bound[i]);
      const { x, y } = place;
      labels.set(`${x},${y}`, { x, y, label: one.label });
    });
    return { labels: [...labels.values()], strays: bound.filter((at) => at < 0).length };
  }

  /** Coordinates of every candidate in the plane of the embeddings, NaN where it was not embedded. */
  async map(): Promise<{ points: Float32Array; explained: [number, number] }> {
    const { defects } = this.candidates;
    const points = new Float32Array(defects.length * 2).fill(Number.NaN);
    if (!this.namer.hasEmbedded) return { points, explained: [0, 0] };
    const plane = await this.handle.principalPlane();
    defects.forEach((defect, i) => {
      const row = this.namer.rowOf(defect);
      if (row >= 0) points.set(plane.points.subarray(row * 2, row * 2 + 2), i * 2);
    });
    return { points, explained: plane.explained };
  }

  /** The labelled examples of this scan and of the library in use; null without any. */
  async library(): Promise<ClassLibrary | null> {
    const { classes, library } = this.labelling;
    const examples = this.namer.examples(this.candidates.defects, this.labelling);
    if (examples.length === 0) return library;
    const { embeddings, dimension } = await this.handle.embeddings();
    const vectors = new Float32Array(examples.length * dimension);
    examples.forEach(({ point }, i) => {
      vectors.set(embeddings.subarray(point * dimension, (point + 1) * dimension), i * dimension);
    });
    const own = libraryOf({
      ...{ network: this.engine.network, dimension, classes },
      ...{ source: this.input.file, surface: this.surface },
      labels: examples.map(({ label }) => label),
      embeddings: vectors,
    });
    return library ? joinLibraries(own, library) : own;
  }

  /** Use the examples of other scans. Rejects with SupportError when they are of another network. */
  async useLibrary(library: ClassLibrary | null): Promise<void> {
    if (library) checkNetwork(library, this.engine.network, library.dimension);
    await this.run({ type: 'library', library });
  }

  /** All that the person decided, as the text of a file. */
  session(): string {
    return writeSession({ input: this.input, labelling: this.labelling });
  }

  /** Take up saved work. Rejects with FormatError, or OptionError for the work on another scan. */
  async restore(text: string, file: string): Promise<void> {
    const session = readSession(text, file);
    checkInput(session, this.input, file);
    this.history = new History(session.labelling);
    await this.follow(performance.now());
  }

  close(): void {
    this.listeners.clear();
    this.stop.abort();
    this.handle.close();
    this.planes.close();
  }

  private get surface(): SurfaceSeen | undefined {
    return this.prepared && surfaceSeen(this.input.file, this.prepared.levelled);
  }

  private tell(change: Change): void {
    for (const listener of this.listeners) listener(change);
  }

  /** One piece of work after the other: each finds the state that the one before left. */
  private enqueue<T>(work: () => Promise<T>): Promise<T> {
    const result = this.turn.then(work);
    this.turn = result.catch(() => {});
    return result;
  }

  /** Bring everything up to date with the labelling. What cannot be done is taken back. */
  private async follow(begun: number, call: CallOptions = {}): Promise<void> {
    this.tell('labels');
    const round = ++this.round;
    const wanted = this.labelling;
    await this.enqueue(async () => {
      // A later command does this too.
      if (round !== this.round) return;
      try {
        await this.catchUp(call);
      } catch (error) {
        if (this.labelling === wanted && this.history.undo()) {
          this.tell('labels');
          await this.catchUp({}).catch(() => {});
        }
        throw error;
      } finally {
        this.busy = undefined;
        this.tell('busy');
      }
      this.lastLatencyMs = performance.now() - begun;
      this.tell('classify');
    });
    // Superseded before its turn came: done once the later one is.
    if (round !== this.round) await this.turn;
  }

  private async catchUp(call: CallOptions): Promise<void> {
    this.stop = new AbortController();
    const { signal } = this.stop;
    const abort = () => this.stop.abort();
    if (call.signal?.aborted) throw new CancelledError();
    call.signal?.addEventListener('abort', abort);
    try {
      await this.compute({ signal, onProgress: (event) => this.report(event, call) });
    } finally {
      call.signal?.removeEventListener('abort', abort);
    }
  }

  private report(event: Busy, call: CallOptions): void {
    this.busy = event;
    this.tell('busy');
    call.onProgress?.(event);
  }

  private async compute(call: CallOptions): Promise<void> {
    const { labelling } = this;
    await this.prepare(call);
    const find = this.findOptions;
    const wanted = find ? JSON.stringify(find) : '';
    const isFoundAnew = wanted !== this.foundWith;
    if (isFoundAnew) {
      this.found = find && (await this.handle.find(find, call));
      this.foundWith = wanted;
      // To take in a large answer is a task of the page's own; what follows from it are others.
      if (find) await pause(0, this.stop.signal);
    }
    this.collect(labelling);
    if (isFoundAnew) {
      if (find) await pause(0, this.stop.signal);
      this.tell('segment');
      // Where nobody listens nobody looks.
      if (this.found && this.listeners.size > 0) await pause(SHOWING_MS, this.stop.signal);
    }
    await this.name(labelling, call);
  }

  /** Level the scan, which is read again for another width. What fails changes nothing. */
  private async prepare(call: CallOptions): Promise<void> {
    const { openOptions, prepareOptions } = this;
    const open = JSON.stringify(openOptions);
    const level = JSON.stringify(prepareOptions);
    const isRead = open === this.openedWith;
    if (isRead && level === this.preparedWith) return;
    const handle = isRead ? this.handle : await this.read(openOptions, call);
    try {
      this.prepared = await handle.prepare(prepareOptions, call);
    } catch (error) {
      if (!isRead) handle.close();
      throw error;
    }
    if (!isRead) this.use(handle);
    this.openedWith = open;
    this.preparedWith = level;
    this.foundWith = undefined;
    this.namer.forget();
    this.tell('levelled');
  }

  private read(options: OpenOptions, call?: CallOptions): Promise<ScanHandle> {
    const { file, companions } = this;
    return this.engine.open(file, { companions, ...options }, call);
  }

  private planesOf(handle: ScanHandle): Planes {
    return new Planes(handle, () => this.read(this.openOptions));
  }

  /** Work on the file as it was read last. */
  private use(handle: ScanHandle): void {
    this.planes.close();
    this.handle.close();
    this.handle = handle;
    this.namer = new Namer(handle);
    this.planes = this.planesOf(handle);
  }

  /** The candidates as found and as the person left them. Those that were there keep their names until all are named anew. */
  private collect(labelling: Labelling): void {
    const { found, prepared, candidates, naming } = this;
    const from = [found, labelling.added, labelling.erased];
    if (from.every((part, i) => part === this.madeFrom[i])) return;
    this.candidates = found && prepared ? candidatesOf(found, prepared, labelling) : noCandidates;
    this.naming = namesOf(this.candidates.defects, candidates.defects, naming);
    // Counts of another search are of other defects.
    if (found !== this.madeFrom[0]) this.counts = [];
    this.madeFrom = from;
    this.tell('candidates');
  }

  private async name(labelling: Labelling, call: CallOptions): Promise<void> {
    const { found, namer } = this;
    if (!found) return;
    const { defects } = this.candidates;
    await namer.embed(defects, labelling, (place) => this.candidateAt(place), call);
    const naming = await namer.name(defects, labelling, this.nameOptions);
    this.counts = await namer.count(naming, labelling, found.searchedFraction);
    this.naming = naming;
  }
}

/** Rejects with CancelledError once the signal is aborted. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      if (signal.aborted) reject(new CancelledError());
      else resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
  });
}
