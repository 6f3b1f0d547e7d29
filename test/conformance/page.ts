// Runs in a page under a strict Content-Security-Policy: the kernels in a worker of the test's own,
// the bundled scan through the worker that the package ships. The page's text is the result.
import type * as web from '../../bindings/web/index.ts';
import { type Hashes, poolCases, scanCases } from './cases.ts';

/** What the page found out. */
export interface PageResult {
  hashes: Hashes;
  /** Errors as the page's code sees them. */
  errors: { unreadable: string; noWorker: string };
  /** Progress came from the worker, in 0..1. */
  fractions: number[];
}

const entry = '/dist/web/index.js';

async function run(): Promise<PageResult> {
  const host: typeof web = await import(entry);
  const { createEngine, FormatError } = host;
  const kernels = await new Promise<Hashes>((resolve, reject) => {
    const worker = new Worker('/kernel-worker.js', { type: 'module' });
    worker.onmessage = ({ data: hashes }) => resolve(hashes);
    worker.onerror = ({ message }) => reject(new Error(message));
  });
  const engine = await createEngine();
  const scan = new Uint8Array(await (await fetch('/examples/dimer-rows.sxm')).arrayBuffer());
  const support = await (await fetch('/examples/dimer-rows.support.csv')).text();
  const scans = await scanCases(engine, { scan, support });

  const pools = await poolCases(host);

  const fractions: number[] = [];
  const read = await engine.readScan(scan, 'dimer-rows.sxm');
  await engine.prepare(read, {}, ({ fraction }) => fractions.push(fraction));

  const unreadable = await caught(engine.readScan(scan.subarray(0, 5000), 'cut.sxm'));
  engine.close();
  const noWorker = await caught(createEngine({ workerUrl: '/missing.js' }));
  return {
    hashes: { ...kernels, ...pools, ...scans },
    errors: {
      unreadable: unreadable instanceof FormatError ? unreadable.message : `not: ${unreadable}`,
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

const output = document.querySelector('pre')!;
try {
  output.textContent = JSON.stringify(await run());
} catch (error) {
  output.textContent = String(error instanceof Error ? error.stack : error);
}
output.id = 'done';
