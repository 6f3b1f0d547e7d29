import type { ClassLibrary, Engine, NamedBytes, Workbench } from '../viewer/index.ts';
import { Workbench as Bench, labelledScan, labelText, writeCoco } from '../viewer/index.ts';

/** One scan of the film strip. */
export interface StripScan {
  name: string;
  /** The scan and its companions, as they were opened. */
  files: readonly NamedBytes[];
  bench: Workbench | undefined;
  /** Why it could not be opened or named; '' when all is well. */
  failure: string;
  isBusy: boolean;
}

/** The scans that are open, in the order in which they came. */
export class Scans {
  list: StripScan[] = [];
  current: StripScan | undefined;
  /** The scan that was opened alone and last, to be shown once it is ready. */
  private awaited: StripScan | undefined;
  onChange: () => void = () => {};
  /** A scan's bench is ready, before anything was done on it; `isAgain` where the one before is still in use. */
  onOpen: (scan: StripScan, isAgain: boolean) => Promise<void> = async () => {};
  private readonly engine: Engine;
  /** Parameters of Matrix scans, which may come before their scans or after them. */
  private companions: readonly NamedBytes[] = [];
  /** The work asked for last on each scan. */
  private readonly turns = new WeakMap<StripScan, Promise<void>>();

  constructor(engine: Engine) {
    this.engine = engine;
  }

  /** What is to be shown now: what was opened last, or else what is shown already, or else the first. */
  get next(): StripScan | undefined {
    const { list, current, awaited } = this;
    const isReady = awaited?.bench && !awaited.isBusy && list.includes(awaited);
    if (isReady) return awaited;
    return current?.bench ? current : list.find(({ bench }) => bench);
  }

  /** A scan is shown: nothing else is waited for. */
  choose(scan: StripScan): void {
    this.current = scan;
    this.awaited = undefined;
  }

  /**
   * Open scans one after the other; those that cannot be read stay in the list and say why. Matrix scans
   * that were opened before companions of theirs came are read again with these. Returns those that
   * were open already: they stay as they are, or are tried again where they could not be read.
   */
  async open(
    files: readonly NamedBytes[],
    companions: readonly NamedBytes[],
  ): Promise<StripScan[]> {
    const openAs = files.map((file) => this.list.find(({ files: [own] }) => isSame(own, file)));
    const repeated = this.list.filter((scan) => openAs.includes(scan));
    const fresh = files.filter(
      (file, i) => !openAs[i] && !files.slice(0, i).some((one) => isSame(one, file)),
    );
    const earlier = this.list.filter(
      (scan) =>
        (isMatrix(scan) && companions.length > 0) || (scan.failure && repeated.includes(scan)),
    );
    this.companions = beside(this.companions, companions);
    const added = fresh.map(
      (file): StripScan => ({
        name: file.name,
        files: isMatrix(file) ? [file, ...this.companions] : [file, ...companions],
        bench: undefined,
        failure: '',
        isBusy: true,
      }),
    );
    this.list = [...this.list, ...added];
    const [wanted, ...others] = added.length > 0 ? added : repeated;
    if (wanted && others.length === 0) this.awaited = wanted;
    this.onChange();
    let turn = Promise.resolve();
    for (const scan of added) {
      const before = turn;
      turn = this.work(scan, () => before.then(() => this.read(scan)));
    }
    await turn;
    for (const scan of earlier) await this.readAgain(scan);
    await this.settled(repeated);
    return repeated.filter(({ bench }) => bench);
  }

  /** Once everything that was asked for on these scans is done. */
  async settled(scans: readonly StripScan[] = this.list): Promise<void> {
    await Promise.all(scans.map((scan) => this.turns.get(scan)));
  }

  /** Whether a scan was read with this file. */
  isUsed({ name }: NamedBytes): boolean {
    return this.list.some(({ bench }) => bench?.handle.info.header['parameterFile'] === name);
  }

  /**
   * Find and name the defects of every other scan after these examples, and of the current one where it was not searched yet.
   * Returns how many scans that are.
   */
  async nameAll(library: ClassLibrary): Promise<number> {
    const others = this.list.filter(
      ({ bench }) => bench && !(bench === this.current?.bench && bench.found),
    );
    await Promise.all(
      others.map((scan) =>
        this.work(scan, async () => {
          await scan.bench!.useLibrary(library);
          await scan.bench!.segment();
        }),
      ),
    );
    return others.length;
  }

  remove(scan: StripScan): void {
    scan.bench?.close();
    const at = this.list.indexOf(scan);
    this.list = this.list.filter((one) => one !== scan);
    if (this.current === scan) this.current = this.list[Math.min(at, this.list.length - 1)];
    this.onChange();
  }

  private async read(scan: StripScan): Promise<void> {
    if (!this.isOpen(scan)) return;
    const { bench: before, files } = scan;
    const [file, ...companions] = files;
    const bench = await Bench.open(this.engine, file, companions);
    try {
      if (!this.isOpen(scan)) return;
      scan.bench ??= bench;
      await this.onOpen({ ...scan, bench }, before !== undefined);
      // Until the end a person goes on with the one before.
      for (let work = ''; before && work !== before.session(); ) {
        work = before.session();
        await bench.restore(work, file.name);
      }
    } finally {
      if (this.isOpen(scan)) {
        before?.close();
        scan.bench = bench;
      } else bench.close();
    }
  }

  /** With all companions, if these say anything else of the scan. */
  private async readAgain(scan: StripScan): Promise<void> {
    await this.work(scan, async () => {
      const { bench, files } = scan;
      const [file] = files;
      if (bench) {
        const options = { ...bench.openOptions, companions: this.companions };
        const handle = await this.engine.open(file, options);
        handle.close();
        if (JSON.stringify(handle.info) === JSON.stringify(bench.handle.info)) return;
      }
      if (isMatrix(scan)) scan.files = [file, ...this.companions];
      await this.read(scan);
    });
  }

  private isOpen(scan: StripScan): boolean {
    return this.list.includes(scan);
  }

  /** One piece of work on a scan after the other, as long as it is open. */
  private work(scan: StripScan, work: () => Promise<void>): Promise<void> {
    const before = this.turns.get(scan) ?? Promise.resolve();
    const turn = before.then(async () => {
      if (!this.isOpen(scan)) return;
      scan.isBusy = true;
      scan.failure = '';
      this.onChange();
      try {
        await work();
      } catch (error) {
        scan.failure = error instanceof Error ? error.message : String(error);
      } finally {
        scan.isBusy = turn !== this.turns.get(scan);
        this.onChange();
      }
    });
    this.turns.set(scan, turn);
    return turn;
  }
}

/** By the name, as far as files that say nothing themselves are concerned. */
function isMatrix({ name }: { name: string }): boolean {
  return /[._]mtrx$/i.test(name);
}

function isSame(a: NamedBytes, b: NamedBytes): boolean {
  if (a.name !== b.name || a.bytes.length !== b.bytes.length) return false;
  for (let i = 0; i < a.bytes.length; i++) if (a.bytes[i] !== b.bytes[i]) return false;
  return true;
}

/** Both, the later one of those that have the same name. */
function beside(files: readonly NamedBytes[], later: readonly NamedBytes[]): NamedBytes[] {
  return [...files.filter(({ name }) => !later.some((one) => one.name === name)), ...later];
}

/** The scans in which defects were looked for. */
function searched(scans: readonly StripScan[]): Workbench[] {
  return scans.flatMap(({ bench }) => (bench?.found ? [bench] : []));
}

/** Counts and densities of all scans, one row per scan and class. */
export function countsCsv(scans: readonly StripScan[]): string {
  const rows = searched(scans).flatMap(({ input, counts }) =>
    counts.map(({ label, count, perNm2, errorPerNm2, below95PerNm2, areaNm2 }) =>
      [input.file, labelText(label), count, perNm2, errorPerNm2, below95PerNm2, areaNm2]
        .map(field)
        .join(','),
    ),
  );
  const header = 'file,label,count,per_nm2,error_per_nm2,below_95_per_nm2,area_nm2';
  return `${[header, ...rows].join('\n')}\n`;
}

function field(value: string | number | null): string {
  if (value === null) return '';
  const text = typeof value === 'number' ? String(Number(value.toPrecision(6))) : value;
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** All scans in one file. */
export function cocoOfAll(scans: readonly StripScan[]): string {
  return writeCoco(searched(scans).map(labelledScan));
}
