// Runs in a frame: a quarter of the bundled scan through the engine; the page around it gets the result.
import type * as web from '../../bindings/web/index.ts';
import { engineCases, type Hashes } from '../conformance/cases.ts';

/** What a frame found out. */
export interface FrameResult {
  /** Whether the frame has an origin to itself, which no file is of. */
  opaque: boolean;
  callingThread: Hashes;
  /** Hashes, or the error. */
  worker: Hashes | string;
}

async function run(): Promise<FrameResult> {
  const entry = '/dist/web/index.js';
  const host: typeof web = await import(entry);
  const scan = new Uint8Array(await (await fetch('/quarter.sxm')).arrayBuffer());
  const support = await (await fetch('/examples/dimer-rows.support.csv')).text();
  return {
    opaque: globalThis.origin === 'null',
    callingThread: await engineCases(host, 0, { scan, support }),
    worker: await engineCases(host, 1, { scan, support }).catch(String),
  };
}

const result = await run().catch((error) => String(error));
parent.postMessage(JSON.stringify(result), '*');
