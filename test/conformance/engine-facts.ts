import type {
  Engine,
  EngineOptions,
  NamedBytes,
  ScanHandle,
} from '../../bindings/core/engine/types.ts';
import type * as core from '../../bindings/core/index.ts';
import { quarterOf } from './quarter.ts';

// What an engine promises beside its results, the same on every host: cancelling, errors, memory.

/** A host's entry point, as far as this file needs it. */
type Host = Pick<
  typeof core,
  'CancelledError' | 'FormatError' | 'OptionError' | 'readScan' | 'writeSxm'
> & {
  createAdatom(options?: EngineOptions): Promise<Engine>;
};

/** What comes out of engineFacts when all is well. */
export const expectedFacts = {
  'a find cancelled halfway': 'CancelledError',
  'stages seen after it was cancelled': [],
  'the same find afterwards has the same mask': true,
  'names before and after are the same': true,
  'a prepare cancelled halfway leaves what was prepared': true,
  'a cancelled first open leaves the engine usable': true,
  'calls that wait can be cancelled alone': ['CancelledError', 'done'],
  'an aborted signal': 'CancelledError',
  'a cut file': ['FormatError', 'cut.sxm', true],
  'find before prepare': 'OptionError',
  'a classify after an unfit option': 'OptionError, then as before',
  'the caller keeps its bytes': true,
  'a second prepare forgets embeddings': 'OptionError',
  'memory counts open scans': [0, 1, 2, 1, 0],
  'memory of scans closed': 0,
  'a closed scan': 'AdatomError',
  'calls after dispose': 'CancelledError',
  'a call under way when disposed': 'CancelledError',
  'an engine whose signal fires': 'CancelledError',
};

export async function engineFacts(
  host: Host,
  workers: number,
  whole: NamedBytes,
): Promise<Record<string, unknown>> {
  const file = quarterOf(host, whole);
  const engine = await host.createAdatom({ workers });
  const facts: Record<string, unknown> = {};
  const bytes = file.bytes.length;
  const memory = [(await engine.memory()).openScans];

  const aborted = await openAborted(engine, file);
  const scan = await engine.open(file);
  facts['a cancelled first open leaves the engine usable'] =
    aborted === 'CancelledError' && scan.info.channels.length > 0;
  memory.push((await engine.memory()).openScans);
  await cancelling(scan, facts);
  await errors(host, engine, scan, file, facts);
  facts['the caller keeps its bytes'] = file.bytes.length === bytes && bytes > 0;

  const second = await engine.open(file);
  facts['find before prepare'] = await nameOf(second.find());
  memory.push((await engine.memory()).openScans);
  scan.close();
  memory.push((await engine.memory()).openScans);
  facts['a closed scan'] = await nameOf(scan.find());
  second.close();
  const end = await engine.memory();
  memory.push(end.openScans);
  facts['memory counts open scans'] = memory;
  facts['memory of scans closed'] = end.scans + end.files;

  const last = await engine.open(file);
  const underWay = nameOf(last.prepare({}, { onProgress: () => engine.dispose() }));
  facts['a call under way when disposed'] = await underWay;
  facts['calls after dispose'] = await nameOf(engine.open(file));

  const abort = new AbortController();
  const mortal = await host.createAdatom({ workers, signal: abort.signal });
  abort.abort();
  facts['an engine whose signal fires'] = await nameOf(mortal.open(file));
  return facts;
}

async function openAborted(engine: Engine, file: NamedBytes): Promise<string> {
  const abort = new AbortController();
  const opening = nameOf(engine.open(file, {}, { signal: abort.signal }));
  abort.abort();
  return opening;
}

async function cancelling(scan: ScanHandle, facts: Record<string, unknown>): Promise<void> {
  const prepared = await scan.prepare();
  const found = await scan.find();
  await scan.embed(found.defects);
  const examples = [{ point: 0, label: 'a' }];
  const before = await scan.classify(examples);

  const abort = new AbortController();
  const late: string[] = [];
  facts['a find cancelled halfway'] = await nameOf(
    scan.find(
      {},
      {
        signal: abort.signal,
        onProgress({ stage }) {
          if (abort.signal.aborted) late.push(stage);
          else if (stage.startsWith('segment')) abort.abort();
        },
      },
    ),
  );
  const again = await scan.find();
  facts['stages seen after it was cancelled'] = late;
  facts['the same find afterwards has the same mask'] =
    again.mask.some((value) => value === 1) && same(again.mask, found.mask);
  const after = await scan.classify(examples);
  facts['names before and after are the same'] =
    JSON.stringify(before.labels) === JSON.stringify(after.labels) &&
    same(before.confidence, after.confidence);

  const preparing = new AbortController();
  const plane = await scan.levelledPlane(0);
  const halfway = await nameOf(
    scan.prepare(
      { level: 'off' },
      { signal: preparing.signal, onProgress: () => preparing.abort() },
    ),
  );
  facts['a prepare cancelled halfway leaves what was prepared'] =
    halfway === 'CancelledError' &&
    prepared.rows > 0 &&
    same((await scan.levelledPlane(0)).pixels, plane.pixels);

  const waiting = new AbortController();
  const first = scan.find();
  const second = scan.find({}, { signal: waiting.signal });
  waiting.abort();
  facts['calls that wait can be cancelled alone'] = await Promise.all([
    nameOf(second),
    nameOf(first),
  ]);
  facts['an aborted signal'] = await nameOf(scan.find({}, { signal: waiting.signal }));
}

async function errors(
  host: Host,
  engine: Engine,
  scan: ScanHandle,
  file: NamedBytes,
  facts: Record<string, unknown>,
): Promise<void> {
  const cut = { name: 'cut.sxm', bytes: file.bytes.subarray(0, 5000) };
  const error = await engine.open(cut).catch((reason: unknown) => reason);
  facts['a cut file'] = error instanceof host.FormatError && [
    error.name,
    error.file,
    error.offset > 0,
  ];
  const unfit = await nameOf(scan.classify([{ point: 1e6, label: 'a' }]));
  const fit = await nameOf(scan.classify([{ point: 0, label: 'a' }]));
  facts['a classify after an unfit option'] =
    `${unfit}, then ${fit === 'done' ? 'as before' : fit}`;
  await scan.prepare();
  facts['a second prepare forgets embeddings'] = await nameOf(scan.embeddings());
}

/** 'done', or the name of the error. */
function nameOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'done',
    (error: Error) => error.name,
  );
}

function same(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  return a.length === b.length && Array.from(a).every((value, i) => Object.is(value, b[i]));
}
