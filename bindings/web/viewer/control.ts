import {
  AdatomError,
  CancelledError,
  type Defect,
  type FindOptions,
  TOO_LARGE,
} from '../../core/index.ts';
import {
  type Command,
  clipRuns,
  type Labelling,
  measureRuns,
  NOT_A_DEFECT,
  type Position,
  reviewQueue,
  strokeRuns,
} from '../../core/session/index.ts';
import { readExamples } from './examples.ts';
import { plural } from './format.ts';
import { Picture, percentile, type Spread, spreadOf } from './picture.ts';
import type { PlaneInUnit } from './planes.ts';
import { defaultSettings, type Settings } from './settings.ts';
import { View } from './view.ts';
import type { Change, Workbench } from './workbench.ts';

/** What is said while something that was done waits for the search. */
export const FINDING_FIRST = 'Finding the defects first …';

/** What those who show the viewer's state hear of. */
export type Event = Change | 'scan' | 'picture' | 'settings' | 'message';

/** What a person sees and does, whatever they do it with: pointer, keys or buttons. */
export class Control {
  bench: Workbench | undefined;
  settings: Settings = defaultSettings;
  plane: PlaneInUnit | undefined;
  spread: Spread | undefined;
  message = '';
  isError = false;
  readonly view = new View();
  readonly picture = new Picture();
  /** The channel asked for last: answers may come in another order. */
  private wanted: { title: string } | undefined;
  /** Whether the candidate selected waits for a label: not when it just got one by a click. */
  private awaitsLabel = false;
  private readonly listeners = new Set<(event: Event) => void>();
  private stopListening = () => {};

  listen(listener: (event: Event) => void): void {
    this.listeners.add(listener);
  }

  get labelling(): Labelling | undefined {
    return this.bench?.labelling;
  }

  get defects(): readonly Defect[] {
    return this.bench?.candidates.defects ?? [];
  }

  /** Put a scan on the stage, or none. */
  async show(bench: Workbench | undefined): Promise<void> {
    this.stopListening();
    this.bench = bench;
    this.plane = undefined;
    this.spread = undefined;
    this.wanted = undefined;
    this.settings = { ...this.settings, channel: '', selected: -1 };
    if (bench) this.stopListening = bench.listen((change) => this.hear(change));
    this.tell('scan');
    const prepared = bench?.prepared;
    if (!bench || !prepared) return;
    const { rows, columns, pixelXNm, pixelYNm, channels, warnings } = prepared;
    this.view.show(rows, columns, pixelXNm && pixelYNm ? pixelYNm / pixelXNm : 1);
    this.say(warnings.join(' '));
    await this.showChannel(channels[0].name);
  }

  /** Show a channel, by its title, unless another one, or another scan, is asked for meanwhile. */
  async showChannel(title: string): Promise<void> {
    const { bench } = this;
    if (!bench) return;
    const wanted = { title };
    this.wanted = wanted;
    const plane = await bench.plane(title).catch((error) => {
      // What is not wanted any more need not be told of.
      if (wanted !== this.wanted) return undefined;
      this.wanted = this.plane && { title: this.settings.channel };
      throw error;
    });
    if (!plane || wanted !== this.wanted) return;
    this.plane = plane;
    this.spread = spreadOf(plane);
    this.set({ channel: title });
    // What was told of above has filled this turn.
    await new Promise((resolve) => setTimeout(resolve));
    if (plane === this.plane) await this.paint();
  }

  set(changed: Partial<Settings>): void {
    const before = this.settings;
    this.settings = { ...before, ...changed };
    this.tell('settings');
    const { colormap, lowPercent, highPercent } = this.settings;
    const same =
      colormap === before.colormap &&
      lowPercent === before.lowPercent &&
      highPercent === before.highPercent;
    if (!same) void this.paint();
  }

  /** Values that get the first and the last colour. */
  get contrast(): { low: number; high: number } {
    const { spread, settings } = this;
    if (!spread) return { low: 0, high: 1 };
    return {
      low: percentile(spread, settings.lowPercent),
      high: percentile(spread, settings.highPercent),
    };
  }

  say(message: string, isError = false): void {
    this.message = message;
    this.isError = isError;
    this.tell('message');
  }

  /** Do something that may fail, and say why if it does. */
  async attempt(work: () => Promise<unknown>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      if (error instanceof CancelledError) this.say('Stopped.');
      else this.say(error instanceof AdatomError ? error.message : String(error), true);
      return false;
    }
  }

  /** What the search found, and what it warns of. */
  get findings(): string {
    const { defects = [], warnings = [] } = this.bench?.found ?? {};
    return [`${plural(defects.length, 'defect')} found.`, ...warnings].join(' ');
  }

  segment(options: FindOptions = {}): Promise<boolean> {
    return this.attempt(async () => {
      const { bench } = this;
      const found = await bench?.segment(options);
      // Another scan may be shown by now.
      if (!found || bench !== this.bench) return;
      this.say(this.findings);
    });
  }

  /**
   * Search unless that was done, so that what a person does on the picture is not lost before it.
   * Returns whether the scan is still shown and has been searched.
   */
  async findFirst(message = FINDING_FIRST): Promise<boolean> {
    const { bench } = this;
    if (!bench) return false;
    if (!bench.found) {
      this.say(message);
      if (!(await this.segment())) return false;
      // One that was under way already is not begun again.
      await bench.settled();
    }
    return bench === this.bench && bench.found !== undefined;
  }

  /** Show one candidate everywhere; `awaitsLabel` when the next number key is meant for it. */
  select(candidate: number, awaitsLabel = true, reveal = true): void {
    this.awaitsLabel = awaitsLabel && candidate >= 0;
    if (candidate >= 0 && reveal) this.view.reveal(this.defects[candidate]);
    this.set({ selected: candidate });
  }

  /** Give candidates the class that is current, or was; one that is made for it where there is none. */
  labelAsCurrent(
    candidates: readonly number[],
    current = this.labelling?.current,
  ): Promise<boolean> {
    if (!current) return this.chooseClass(0).then(() => this.labelAsCurrent(candidates));
    return this.label(candidates, current);
  }

  label(candidates: readonly number[], label: string): Promise<boolean> {
    const { bench } = this;
    if (!bench || candidates.length === 0) return Promise.resolve(false);
    const at = candidates.map((candidate) => bench.placeOf(candidate));
    return this.run({ type: 'label', at, label }, `${plural(at.length, 'defect')}: ${label}.`);
  }

  /**
   * Label what the examples of a table say, in one step and after a search. Rejects where the table
   * cannot be used, and nothing has changed; what else fails is said.
   */
  async useExamples(text: string, file: string): Promise<void> {
    const { bench } = this;
    if (!bench?.prepared) return;
    const examples = readExamples(text, file, bench.prepared);
    const told = (count: number) => `${plural(count, 'example')} from ${file}`;
    await this.findFirst(`${told(examples.length)}; finding the defects …`);
    // Why not has been said.
    if (!bench.found) return;
    const { labels, strays } = bench.labelsAt(examples);
    this.say(`${told(labels.length)}; comparing …`);
    const isDone = await this.attempt(() => bench.run({ type: 'label each', labels }));
    // Another scan may be shown by now.
    if (!isDone || bench !== this.bench) return;
    const where = strays > 0 ? `, ${strays} of them where no defect was found` : '';
    this.say(`${told(labels.length)}${where}.`);
  }

  unlabel(candidates: readonly number[]): Promise<boolean> {
    const { bench } = this;
    if (!bench || candidates.length === 0) return Promise.resolve(false);
    const at = candidates.map((candidate) => bench.placeOf(candidate));
    return this.run({ type: 'unlabel', at }, 'Label taken away.');
  }

  erase(candidates: readonly number[]): Promise<boolean> {
    const { bench } = this;
    if (!bench || candidates.length === 0) return Promise.resolve(false);
    const at = candidates.map((candidate) => bench.placeOf(candidate));
    this.select(-1);
    return this.run({ type: 'erase', at }, `${plural(at.length, 'defect')} removed.`);
  }

  /** A number key: the n-th class, from 0. It becomes current, and the label of what waits for one. */
  async chooseClass(index: number): Promise<void> {
    const { labelling, settings } = this;
    if (!labelling) return;
    const { classes } = labelling;
    if (index > classes.length) return;
    if (index === classes.length) {
      await this.run({ type: 'add class', name: newName(labelling) }, 'New class.');
    } else {
      await this.run({ type: 'choose class', name: classes[index].name }, classes[index].name);
    }
    if (settings.selected < 0 || !this.awaitsLabel) return;
    this.awaitsLabel = false;
    await this.labelAsCurrent([settings.selected]);
  }

  notADefect(): Promise<boolean> {
    const { selected } = this.settings;
    return this.label(selected < 0 ? [] : [selected], NOT_A_DEFECT);
  }

  /** Add what a stroke of the brush covers, as far as no other defect has it. */
  async paintDefect(path: readonly Position[]): Promise<boolean> {
    const { bench } = this;
    const prepared = bench?.prepared;
    if (!bench || !prepared || !(await this.findFirst())) return false;
    const { rows, columns } = prepared;
    const stroke = strokeRuns(path, this.settings.brushRadius, rows, columns);
    const { regionIds } = bench.candidates;
    const runs = clipRuns(stroke, (x, y) => regionIds[y * columns + x] === 0);
    if (runs.length === 0) {
      this.say('Nothing added: a defect is there already.');
      return false;
    }
    const { x, y } = measureRuns(runs);
    if (!(await this.run({ type: 'add', defect: { x, y, runs } }, 'Defect added.'))) return false;
    this.select(this.defects.findIndex((one) => one.x === x && one.y === y));
    return true;
  }

  /** Candidates named without a person, first those whose label would tell most. */
  get queue(): number[] {
    const { bench } = this;
    if (!bench) return [];
    const { doubt, isGiven, labels } = bench.naming;
    const isNamed = (label: string) => label !== '' && label !== TOO_LARGE;
    return reviewQueue(doubt, (i) => isGiven[i] || !isNamed(labels[i]));
  }

  /** To the one whose label would tell most; from that on to the next. */
  labelNext(): void {
    const { queue } = this;
    if (queue[0] === this.settings.selected || queue.length === 0) this.reviewNext();
    else this.select(queue[0]);
  }

  /** On to the one that tells most, or to the one after the candidate selected. */
  reviewNext(step = 1): void {
    const { queue } = this;
    if (queue.length === 0) {
      this.say('Nothing is left to review.');
      return;
    }
    const at = queue.indexOf(this.settings.selected);
    this.select(queue[at < 0 ? 0 : (at + step + queue.length) % queue.length]);
  }

  /** The candidate's name is right: make it an example, and go on. */
  async accept(): Promise<void> {
    const { selected } = this.settings;
    const label = this.bench?.naming.labels[selected] ?? '';
    const isClass = this.labelling?.classes.some(({ name }) => name === label);
    if (!isClass) {
      this.say('There is no class to accept: give it one.');
      return;
    }
    // Every label changes what tells most.
    if (await this.label([selected], label)) this.select(this.queue[0] ?? -1);
  }

  run(command: Command, message: string): Promise<boolean> {
    return this.attempt(async () => {
      await this.bench?.run(command);
      this.say(message);
    });
  }

  async undo(): Promise<void> {
    await this.attempt(async () =>
      this.say((await this.bench?.undo()) ? 'Undone.' : 'Nothing to undo.'),
    );
  }

  async redo(): Promise<void> {
    await this.attempt(async () =>
      this.say((await this.bench?.redo()) ? 'Done again.' : 'Nothing to do again.'),
    );
  }

  private tell(event: Event): void {
    for (const listener of this.listeners) listener(event);
  }

  private hear(change: Change): void {
    if (change === 'levelled') {
      const title = this.wanted?.title ?? this.bench!.prepared!.channels[0].name;
      void this.attempt(() => this.showChannel(title));
    }
    // First all hear that there are other candidates: what they show of the earlier ones cannot be drawn any more.
    this.tell(change);
    const { selected } = this.settings;
    const isGone = change === 'candidates' && selected >= this.defects.length;
    if (isGone || (change === 'segment' && selected >= 0)) this.select(-1);
  }

  private async paint(): Promise<void> {
    if (!this.plane) return;
    const { low, high } = this.contrast;
    if (await this.picture.paint(this.plane, low, high, this.settings.colormap))
      this.tell('picture');
  }
}

function newName({ classes }: Labelling): string {
  let number = classes.length + 1;
  while (classes.some(({ name }) => name === `class ${number}`)) number++;
  return `class ${number}`;
}
