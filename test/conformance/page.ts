// Runs in a page under a strict Content-Security-Policy: every case on the main
// thread and through the worker that the package ships, the kernels in a worker of the test's own too. The page's text is the result.
import type * as web from '../../bindings/web/index.ts';
import { writeResult } from '../web/write-result.ts';
import { allCases, type Hashes } from './cases.ts';

/** What the page found out. */
export interface PageResult {
  hashes: Hashes;
  /** Of the kernels in a worker of the page's own. */
  kernelsInWorker: Hashes;
  /** Errors as the page's code sees them. */
  errors: { unreadable: string; noWorker: string };
  /** Progress came from the worker, in 0..1. */
  fractions: number[];
}

const entry = '/dist/web/index.js';

async function run(): Promise<PageResult> {
  const host: typeof web = await import(entry);
  const { createAdatom, FormatError } = host;
  const kernelsInWorker = await new Promise<Hashes>((resolve, reject) => {
    const worker = new Worker('/kernel-worker.js', { type: 'module' });
    worker.onmessage = ({ data: hashes }) => resolve(hashes);
    worker.onerror = ({ message }) => reject(new Error(message));
  });
  const scan = new Uint8Array(await (await fetch('/examples/dimer-rows.sxm')).arrayBuffer());
  const support = await (await fetch('/examples/dimer-rows.support.csv')).text();
  const model = await fetch('/models/adatom.safetensors');
  const weights = new Uint8Array(await model.arrayBuffer());
  const masks = await fetch('/models/segment.safetensors');
  const segmenter = new Uint8Array(await masks.arrayBuffer());
  const hashes = await allCases(host, { scan, support, weights, segmenter });

  const engine = await createAdatom();
  const fractions: number[] = [];
  const opened = await engine.open({ name: 'dimer-rows.sxm', bytes: scan });
  await opened.prepare({}, { onProgress: ({ fraction }) => fractions.push(fraction) });
  const cut = { name: 'cut.sxm', bytes: scan.subarray(0, 5000) };
  const unreadable = await caught(engine.open(cut));
  engine.dispose();
  const noWorker = await caught(createAdatom({ workerUrl: '/missing.js' }));
  return {
    hashes,
    kernelsInWorker,
    errors: {
      unreadable:
        unreadable instanceof FormatError && unreadable.offset > 0
          ? unreadable.message
          : `not: ${unreadable}`,
      noWorker: String(noWorker),
    },
    fractions,
  };
}

function caught(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => 'no error',
    (error) => error,
  );
}

await writeResult(run);
