import { button, element } from '../viewer/dom.ts';
import { fixed, plural, sizeText } from '../viewer/format.ts';
import {
  type AdatomViewer,
  type ClassLibrary,
  type Engine,
  EXPORT_FORMATS,
  type ExportFormat,
  readLibrary,
  type Workbench,
  writeLibrary,
} from '../viewer/index.ts';
import { Autosave } from './autosave.ts';
import { simulatedScan } from './example.ts';
import { download, filesOfDrop, type NamedText, sortFiles } from './files.ts';
import { menu } from './menu.ts';
import { cocoOfAll, countsCsv, Scans, type StripScan } from './scans.ts';
import { OPEN_TITLE, startScreen } from './start.ts';
import type { SavedSession, Store } from './store.ts';
import { Strip } from './strip.ts';

const EXPORT_TITLES: Readonly<Record<ExportFormat, string>> = {
  csv: 'Table of defects (CSV)',
  json: 'Record of the run (JSON)',
  png: 'Picture (PNG)',
  svg: 'Figure to edit (SVG)',
  coco: 'Annotations (COCO)',
  mask: 'Labelled mask (PNG)',
  report: 'Report (HTML)',
};

/** The whole tool: scans in, labelled scans out. */
export class App {
  private readonly scans: Scans;
  private readonly viewer: AdatomViewer = element('adatom-viewer');
  private readonly strip: Strip;
  private readonly main = element('main');
  private readonly file = element('span', { className: 'file' });
  private readonly notices = element('div');
  private readonly all: HTMLButtonElement;
  private readonly store: Store | undefined;
  private readonly autosave: Autosave | undefined;
  /** What is said of scans that could not be read. */
  private readonly failures = new Map<StripScan, HTMLElement>();
  /** Sessions whose scan is not open yet. */
  private waiting: NamedText[] = [];
  private library: ClassLibrary | null = null;

  constructor(engine: Engine, store: Store | undefined) {
    this.store = store;
    this.autosave = store && new Autosave(store);
    this.scans = new Scans(engine);
    this.viewer.engine = engine;
    this.strip = new Strip(this.scans, (scan) => void this.choose(scan));
    this.all = button(
      'Name all scans',
      'Find and name the defects of all scans after the examples of this one',
      () => void this.attempt(() => this.nameAll()),
    );
    if (this.autosave) this.autosave.onFailure = () => this.noticeStorage();
    else this.noticeStorage();
    this.scans.onChange = () => void this.refresh();
    this.scans.onOpen = (scan, isAgain) => this.prepare(scan, isAgain);
    for (const event of ['adatom-classify', 'adatom-labels'] as const) {
      this.viewer.addEventListener(event, () => this.strip.refresh());
    }
    this.viewer.addEventListener('adatom-classify', () => {
      // Another width may have been given.
      const { workbench } = this.viewer;
      if (workbench) this.describe(workbench);
    });
    document.body.append(this.header(), this.notices, this.main, this.strip.root);
    this.listenToDrops();
    void this.refresh();
  }

  /** Say something above everything else; what has failed looks like that and interrupts a screen reader. */
  notice(text: string, isFailure = false): HTMLElement {
    const box = element(
      'div',
      {
        className: isFailure ? 'notice error' : 'notice',
        attributes: { role: isFailure ? 'alert' : 'status' },
      },
      element('span', {}, text),
    );
    box.append(button('×', 'Close this notice', () => box.remove(), 'quiet'));
    this.notices.append(box);
    return box;
  }

  async open(files: Iterable<File>): Promise<void> {
    const { scans, companions, sessions, libraries, examples } = await sortFiles(files);
    for (const { name, text } of libraries) await this.attempt(() => this.takeLibrary(text, name));
    this.waiting.push(...sessions);
    const before = this.scans.list.length;
    const opening = this.scans.open(scans, companions);
    for (const scan of this.scans.list.slice(0, before))
      await this.attempt(() => this.resume(scan));
    this.tellOf(await opening);
    for (const { name } of this.waiting)
      this.notice(`${name}: open the scan that this session belongs to.`);
    for (const { name, text } of examples)
      await this.attempt(() => this.takeExamples(text, name, scans));
    if (scans.length > 0 || companions.some((one) => this.scans.isUsed(one))) return;
    for (const { name } of companions)
      this.notice(`${name}: open the scans (.Z_mtrx) that these parameters belong to.`);
  }

  /** Scans that were open already when they were opened again. */
  private tellOf(again: readonly StripScan[]): void {
    if (again.length === 0) return;
    const [{ name }] = again;
    this.viewer.say(
      again.length === 1 ? `${name} is open already.` : `${again.length} scans are open already.`,
    );
  }

  private header(): HTMLElement {
    const exporting = EXPORT_FORMATS.map(
      (format) => [EXPORT_TITLES[format], () => this.export(format)] as const,
    );
    return element(
      'header',
      {},
      element('h1', {}, 'ad', element('span', {}, 'atom')),
      button('Open …', OPEN_TITLE, () => this.pick()),
      this.file,
      element('span', { className: 'spring' }),
      this.all,
      menu('Session', [
        ['Save session', () => this.saveSession()],
        ['Load session …', () => this.pick('.json')],
        null,
        ['Save class library', () => void this.attempt(() => this.saveLibrary())],
        ['Load class library …', () => this.pick('.json')],
        ['Load examples (CSV) …', () => this.pick('.csv')],
      ]),
      menu('Export', [
        ...exporting,
        null,
        ['Counts of all scans (CSV)', () => this.exportAll('counts.csv', 'text/csv', countsCsv)],
        [
          'All scans (COCO)',
          () => this.exportAll('scans.coco.json', 'application/json', cocoOfAll),
        ],
      ]),
      button('◐', 'Light or dark', () => this.switchTheme(), 'icon'),
    );
  }

  private async refresh(): Promise<void> {
    const { list, next } = this.scans;
    this.strip.root.hidden = list.length === 0;
    this.strip.refresh();
    this.all.hidden = list.length < 2;
    if (next && this.viewer.workbench !== next.bench) await this.choose(next);
    else if (list.length === 0) await this.showStart();
    this.showFailures();
    this.all.disabled = list.some(({ isBusy }) => isBusy);
  }

  /** Each once, until the scan can be read or is closed. */
  private showFailures(): void {
    const { list } = this.scans;
    for (const [scan, box] of this.failures) {
      if (scan.failure && list.includes(scan)) continue;
      box.remove();
      this.failures.delete(scan);
    }
    for (const scan of list) {
      if (!scan.failure || scan.bench || this.failures.has(scan)) continue;
      this.failures.set(scan, this.notice(scan.failure, true));
    }
  }

  private async showStart(): Promise<void> {
    this.file.textContent = '';
    const saved = (await this.store?.sessions().catch(() => [])) ?? [];
    if (this.scans.list.length > 0) return;
    const screen = startScreen(saved, {
      open: () => this.pick(),
      simulate: () =>
        void this.attempt(async () =>
          this.scans.open([await simulatedScan(this.scans.list.length + 1)], []),
        ),
      resume: (session) => void this.attempt(() => this.reopen(session)),
      forget: (session) =>
        void this.attempt(async () => {
          await this.store?.forget(session.sha256);
          await this.showStart();
        }),
    });
    this.main.replaceChildren(screen);
  }

  private async choose(scan: StripScan): Promise<void> {
    this.scans.choose(scan);
    if (!this.viewer.isConnected) this.main.replaceChildren(this.viewer);
    const { bench } = scan;
    if (!bench) return;
    this.strip.refresh();
    this.describe(bench);
    await this.viewer.show(bench);
    // The keys work at once, unless the person is somewhere else already.
    if (document.activeElement === document.body) this.viewer.focus({ preventScroll: true });
  }

  private describe({ handle, prepared }: Workbench): void {
    const { name, format } = handle.info;
    const { rows, columns, channels } = prepared!;
    const size = sizeText(prepared!) || 'physical size unknown';
    const bias = channels[0].biasV === null ? '' : ` · ${fixed(channels[0].biasV, 2)} V`;
    this.file.replaceChildren(
      element('b', {}, name),
      ` · ${format} · ${columns} × ${rows} px · ${size}${bias}`,
    );
  }

  /** A scan that was just opened: its saved session, a session file, the class library. */
  private async prepare(scan: StripScan, isAgain: boolean): Promise<void> {
    const wasSaved = await this.autosave?.follow(scan);
    if (wasSaved && !isAgain) this.noticeOnce(`${scan.name}: your session of last time is back.`);
    await this.resume(scan);
    if (this.library && !scan.bench!.labelling.library) await scan.bench!.useLibrary(this.library);
  }

  /** Take up a session file that was waiting for this scan. */
  private async resume(scan: StripScan): Promise<void> {
    const { bench } = scan;
    if (!bench) return;
    const own = this.waiting.filter(({ text }) => text.includes(bench.input.sha256));
    this.waiting = this.waiting.filter((one) => !own.includes(one));
    for (const { name, text } of own) await bench.restore(text, name);
  }

  private async reopen({ sha256, file }: SavedSession): Promise<void> {
    const files = await this.store?.scan(sha256);
    if (!files) {
      this.notice(
        `${file}: this browser kept the session but not the scan; drop the scan to go on.`,
      );
      return;
    }
    await this.scans.open([files[0]], files.slice(1));
  }

  private async nameAll(): Promise<void> {
    const library = await this.scans.current?.bench?.library();
    if (!library) {
      this.notice('Label at least one defect of each class in this scan first.');
      return;
    }
    const named = await this.scans.nameAll(library);
    this.notice(`${plural(named, 'scan')} named by these examples.`);
  }

  private async takeLibrary(text: string, name: string): Promise<void> {
    this.library = readLibrary(text, name);
    for (const { bench } of this.scans.list) {
      // What a person labelled elsewhere stays as it was named.
      const isLabelled = bench !== this.scans.current?.bench && bench?.labelling.labels.length;
      if (!isLabelled) await bench?.useLibrary(this.library);
    }
    const { classes, labels } = this.library;
    this.notice(
      `${name}: ${plural(labels.length, 'example')} of ${plural(classes.length, 'class', 'classes')}.`,
    );
  }

  /** Examples of the scan that is shown, or is about to be; never of another than the one that came with them. */
  private async takeExamples(
    text: string,
    name: string,
    scans: readonly { name: string }[],
  ): Promise<void> {
    if (!this.viewer.workbench || scans.length > 0) await this.scans.settled();
    const isOf =
      scans.length === 0 || (scans.length === 1 && this.scans.current?.name === scans[0].name);
    if (this.viewer.workbench && isOf) await this.viewer.useExamples(text, name);
    else this.notice(`${name}: open the scan that these examples are of, then this table.`);
  }

  private async saveLibrary(): Promise<void> {
    const bench = this.scans.current?.bench;
    const library = await bench?.library();
    if (!bench || !library) {
      this.notice('There is no labelled defect to make a class library of.');
      return;
    }
    const content = writeLibrary(library);
    download({ name: 'classes.adatom.json', type: 'application/json', content });
  }

  private saveSession(): void {
    const bench = this.scans.current?.bench;
    if (!bench) return;
    const stem = bench.input.file.replace(/\.[^.]+$/, '');
    download({ name: `${stem}.session.json`, type: 'application/json', content: bench.session() });
  }

  private export(format: ExportFormat): void {
    if (!this.scans.current?.bench) return;
    void this.attempt(async () => download(await this.viewer.export(format)));
  }

  private exportAll(name: string, type: string, write: (scans: StripScan[]) => string): void {
    download({ name, type, content: write(this.scans.list) });
  }

  private pick(accept = ''): void {
    const input = element('input', { type: 'file', multiple: true, accept });
    input.onchange = () => void this.attempt(() => this.open(input.files ?? []));
    input.click();
  }

  private listenToDrops(): void {
    const { classList } = document.body;
    document.addEventListener('dragover', (event) => {
      event.preventDefault();
      classList.add('dropping');
    });
    document.addEventListener('dragleave', (event) => {
      if (!event.relatedTarget) classList.remove('dropping');
    });
    document.addEventListener('drop', (event) => {
      event.preventDefault();
      classList.remove('dropping');
      const { dataTransfer } = event;
      if (dataTransfer) void this.attempt(async () => this.open(await filesOfDrop(dataTransfer)));
    });
  }

  private switchTheme(): void {
    const root = document.documentElement;
    const system = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
    const now = root.dataset['theme'] ?? system;
    const next = now === 'dark' ? 'light' : 'dark';
    root.dataset['theme'] = next;
    this.viewer.setAttribute('theme', next);
  }

  private async attempt(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.notice(error instanceof Error ? error.message : String(error), true);
    }
  }

  private noticeOnce(text: string, isFailure = false): void {
    const shown = [...this.notices.querySelectorAll('span')].some(
      (one) => one.textContent === text,
    );
    if (!shown) this.notice(text, isFailure);
  }

  private noticeStorage(): void {
    this.noticeOnce(
      'This browser keeps nothing here: save your session to a file before you leave.',
      true,
    );
  }
}
