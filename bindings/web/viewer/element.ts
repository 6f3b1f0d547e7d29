import { type ClassCount, type FindOptions, NOT_A_DEFECT } from '../../core/index.ts';
import type { ClassLibrary, Labelling, Position } from '../../core/session/index.ts';
import { type AdatomOptions, createAdatom } from '../engine.ts';
import type { CallOptions, Engine, Found, NamedBytes } from '../index.ts';
import { ClassesPanel } from './classes-panel.ts';
import { Control } from './control.ts';
import { element } from './dom.ts';
import { type ExportedFile, type ExportFormat, exportResult } from './export.ts';
import { Gestures } from './gestures.ts';
import { ImagePanel } from './image-panel.ts';
import { Keys } from './keys.ts';
import { MapPanel } from './map-panel.ts';
import type { Naming } from './naming.ts';
import { OptionsPanel } from './options-panel.ts';
import type { Settings } from './settings.ts';
import { SizePanel } from './size-panel.ts';
import { Stage } from './stage.ts';
import { Status } from './status.ts';
import { styleSheet } from './styles.ts';
import { TablePanel } from './table-panel.ts';
import { Toolbar } from './toolbar.ts';
import { Workbench } from './workbench.ts';

/** What the element says, and what each event's `detail` is. */
export interface ViewerEvents {
  /** Another scan, or none, is on the stage. */
  'adatom-load': undefined;
  /** Defects were found, or a search was undone. */
  'adatom-segment': { defects: number };
  /** The person, or a program, changed the labelling. */
  'adatom-labels': { labelling: Labelling };
  /** Names and counts are up to date again. */
  'adatom-classify': { naming: Naming; counts: readonly ClassCount[]; latencyMs: number };
  /** -1 for none. */
  'adatom-select': { candidate: number };
  'adatom-progress': { stage: string; fraction: number } | undefined;
  'adatom-message': { message: string; isError: boolean };
}

export interface AdatomViewer {
  addEventListener<K extends keyof ViewerEvents>(
    type: K,
    listener: (event: CustomEvent<ViewerEvents[K]>) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

/** On a server there is nothing to extend; the class is only declared there. */
const Base: typeof HTMLElement =
  globalThis.HTMLElement ?? (class {} as unknown as typeof HTMLElement);

/**
 * `<adatom-viewer>`: one scan to look at, to label in and to count on. Give it a size. Set `engine`
 * or `engineOptions` before the first load to share an engine or to say where its parts lie.
 * The attribute `theme` ("light" or "dark") overrides what the reader's system prefers.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: gives addEventListener the events' types
export class AdatomViewer extends Base {
  /** Options of the engine that the first load starts. */
  engineOptions: AdatomOptions = {};
  private readonly control = new Control();
  private ownEngine: Promise<Engine> | undefined;
  private givenEngine: Engine | undefined;
  private picture: HTMLCanvasElement | undefined;
  private ownBench: Workbench | undefined;
  private options: OptionsPanel | undefined;

  connectedCallback(): void {
    if (!this.shadowRoot) this.build();
  }

  disconnectedCallback(): void {
    // Not when it is only moved to another place of the page.
    queueMicrotask(() => {
      if (!this.isConnected) this.dispose();
    });
  }

  /** The engine in use, which the caller disposes of when it is theirs. */
  set engine(engine: Engine) {
    this.givenEngine = engine;
  }

  /** The scan on the stage. */
  get workbench(): Workbench | undefined {
    return this.control.bench;
  }

  /** Read a scan, level it and show it. Rejects as Engine.open and ScanHandle.prepare. */
  async load(file: NamedBytes | File, companions: readonly NamedBytes[] = []): Promise<Workbench> {
    const engine = await this.startedEngine();
    const named = file instanceof File ? await namedBytes(file) : file;
    const bench = await Workbench.open(engine, named, companions);
    this.ownBench?.close();
    this.ownBench = bench;
    await this.show(bench);
    return bench;
  }

  /** Show a scan that is on a bench already, or none; the caller closes it. */
  async show(bench: Workbench | undefined): Promise<void> {
    if (this.ownBench && bench !== this.ownBench) {
      this.ownBench.close();
      this.ownBench = undefined;
    }
    await this.control.show(bench);
  }

  /** Let the picture take the keys. */
  override focus(options?: FocusOptions): void {
    this.picture?.focus(options);
  }

  /** The engine given, or one of the element's own. */
  startedEngine(): Promise<Engine> {
    if (this.givenEngine) return Promise.resolve(this.givenEngine);
    this.ownEngine ??= createAdatom(this.engineOptions);
    return this.ownEngine;
  }

  /** How the scan is shown; see Settings. */
  get settings(): Readonly<Settings> {
    return this.control.settings;
  }

  /** Change colours, contrast, marks, tool or selection. */
  set(changed: Partial<Omit<Settings, 'channel'>>): void {
    this.control.set(changed);
  }

  /** Say something in the line at the foot. */
  say(message: string): void {
    this.control.say(message);
  }

  /** Show another channel, by its title (name:direction). Rejects with OptionError. */
  setChannel(title: string): Promise<void> {
    return this.control.showChannel(title);
  }

  /** Find every defect. Rejects as ScanHandle.find. */
  segment(options?: FindOptions, call?: CallOptions): Promise<Found> {
    return this.bench().segment(options, call);
  }

  /** Give the defects at these places (pixels of the scan) a label; a class that is new is made. */
  async label(at: readonly Position[], label: string): Promise<void> {
    const bench = this.bench();
    const { classes } = bench.labelling;
    const isKnown = label === NOT_A_DEFECT || classes.some(({ name }) => name === label);
    if (!isKnown) await bench.run({ type: 'add class', name: label });
    const places = at.map((place) => {
      const candidate = bench.candidateAt(place);
      return candidate < 0 ? place : bench.placeOf(candidate);
    });
    await bench.run({ type: 'label', at: places, label });
  }

  unlabel(at: readonly Position[]): Promise<void> {
    return this.bench().run({ type: 'unlabel', at });
  }

  /**
   * Take up the labelled examples of a table, as `adatom classify --support` reads them: columns x_px, y_px
   * and label, which is empty, `unknown`, `too large` or `defect` where the row is no example. Each labels the
   * defect at its place, or the place itself; classes that are new are made, and all is one step for undo.
   * Searches first unless that was done. Rejects with FormatError or SupportError, and then nothing has changed.
   */
  async useExamples(text: string, file = 'examples.csv'): Promise<void> {
    this.bench();
    await this.control.useExamples(text, file);
  }

  /** Name every defect from the labels, by another method if one is given. Labels do this by themselves. */
  async classify(options?: Workbench['nameOptions']): Promise<Naming> {
    const bench = this.bench();
    if (options) await bench.setOptions({ name: options });
    await bench.settled();
    return bench.naming;
  }

  get counts(): readonly ClassCount[] {
    return this.control.bench?.counts ?? [];
  }

  undo(): Promise<boolean> {
    return this.bench().undo();
  }

  redo(): Promise<boolean> {
    return this.bench().redo();
  }

  /** The labels and options as the text of a session file. */
  session(): string {
    return this.bench().session();
  }

  /** Take up a saved session. Rejects with FormatError, or OptionError for another scan's. */
  restore(text: string, file = 'session.json'): Promise<void> {
    return this.bench().restore(text, file);
  }

  /** The labelled examples, to be used on other scans. */
  library(): Promise<ClassLibrary | null> {
    return this.bench().library();
  }

  useLibrary(library: ClassLibrary | null): Promise<void> {
    return this.bench().useLibrary(library);
  }

  /** The result as a file. */
  export(format: ExportFormat): Promise<ExportedFile> {
    return exportResult(this.bench(), format);
  }

  /** Give all memory back: the scan and, unless it was given, the engine. */
  dispose(): void {
    this.ownBench?.close();
    this.ownBench = undefined;
    void this.control.show(undefined);
    this.ownEngine?.then(
      (engine) => engine.dispose(),
      () => {},
    );
    this.ownEngine = undefined;
  }

  private bench(): Workbench {
    const { bench } = this.control;
    if (bench) return bench;
    throw new Error('adatom-viewer: expected load() before this call.');
  }

  private build(): void {
    const root = this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [styleSheet()];
    const { control } = this;
    const stage = new Stage(control);
    this.picture = stage.canvas;
    const gestures = new Gestures(control, stage);
    const keys = new Keys(control, stage);
    const status = new Status(control);
    const classes = new ClassesPanel(control);
    this.options = new OptionsPanel(control);
    const { options } = this;
    const find = () => {
      const { bench } = control;
      const support = bench?.canFindByExamples ? { support: bench.examples } : {};
      void control.segment({ ...options.findOptions, ...support });
    };
    const toolbar = new Toolbar(control, stage, find);
    keys.onRename = () => classes.rename();
    keys.onFind = () => toolbar.find();
    gestures.onHover = (place) => status.hover(place);
    stage.canvas.addEventListener('keydown', (event) => {
      if (keys.press(event)) event.preventDefault();
    });
    const side = element(
      'aside',
      {},
      classes.root,
      new ImagePanel(control).root,
      new SizePanel(control).root,
      options.root,
      tabs(control),
    );
    const body = element('div', { className: 'body' }, stage.canvas, side);
    root.append(element('div', { className: 'viewer' }, toolbar.root, body, status.root));
    control.listen((event) => {
      if (event !== 'message' && event !== 'busy') stage.refresh();
      this.announce(event);
    });
  }

  private announce(event: Parameters<Parameters<Control['listen']>[0]>[0]): void {
    const { bench, settings, message, isError } = this.control;
    const say = <K extends keyof ViewerEvents>(type: K, detail: ViewerEvents[K]) =>
      this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
    if (event === 'scan') say('adatom-load', undefined);
    if (event === 'message') say('adatom-message', { message, isError });
    if (event === 'settings') say('adatom-select', { candidate: settings.selected });
    if (!bench) return;
    if (event === 'segment') say('adatom-segment', { defects: bench.found?.defects.length ?? 0 });
    if (event === 'labels') say('adatom-labels', { labelling: bench.labelling });
    if (event === 'busy') say('adatom-progress', bench.busy);
    if (event !== 'classify') return;
    const { naming, counts, lastLatencyMs: latencyMs } = bench;
    say('adatom-classify', { naming, counts, latencyMs });
  }
}

/** Table and map share one place. */
function tabs(control: Control): HTMLElement {
  const table = new TablePanel(control);
  const map = new MapPanel(control);
  const pages = [table.root, map.root];
  const buttons = ['Table', 'Map'].map((title, i) =>
    element('button', {
      type: 'button',
      textContent: title,
      id: `tab-${i}`,
      onclick: () => choose(i),
      attributes: { role: 'tab', 'aria-controls': `page-${i}` },
    }),
  );
  pages.forEach((page, i) => {
    page.id = `page-${i}`;
    page.setAttribute('role', 'tabpanel');
    page.setAttribute('aria-labelledby', `tab-${i}`);
  });
  const choose = (chosen: number) => {
    buttons.forEach((one, i) => {
      one.setAttribute('aria-selected', String(i === chosen));
      pages[i].hidden = i !== chosen;
    });
    void map.refresh();
  };
  choose(0);
  const list = element('div', { className: 'tabs', attributes: { role: 'tablist' } }, ...buttons);
  return element('section', { className: 'lists' }, list, ...pages);
}

async function namedBytes(file: File): Promise<NamedBytes> {
  return { name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) };
}
