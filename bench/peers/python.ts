import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import type { Call, Network, Peer, Work } from './work.ts';

/** The first that has the library is used; Debian's packages belong to its own interpreter. */
const interpreters = [process.env['ADATOM_PYTHON'], '/usr/bin/python3', 'python3', 'python'];

interface Answer {
  version: string;
  able: boolean;
  ms: number;
}

/**
 * A Python library in a process of its own, which times its calls itself. Calls are taken in turns
 * with those of the other engines. Throws when no interpreter has the library.
 */
export async function pythonPeer(
  name: string,
  library: string,
  environment: Record<string, string> = {},
): Promise<Peer> {
  let reason = 'no Python interpreter';
  for (const python of interpreters) {
    if (!python) continue;
    try {
      return await start(name, library, python, environment);
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error);
    }
  }
  throw new Error(reason);
}

async function start(
  name: string,
  library: string,
  python: string,
  environment: Record<string, string>,
): Promise<Peer> {
  const worker = new Conversation(python, [resolve('bench/peers/worker.py'), library], environment);
  const { version } = await worker.next();
  const folder = mkdtempSync(join(tmpdir(), 'adatom-peer-'));
  return {
    name,
    version,
    async prepare(work) {
      if (work.kind === 'network') return undefined;
      const { able } = await worker.ask({ prepare: describe(work, folder) });
      return able ? call(worker, join(folder, 'result')) : undefined;
    },
    close() {
      worker.end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function call(worker: Conversation, path: string): Call {
  return {
    run: async () => (await worker.ask({ run: true })).ms,
    async result() {
      await worker.ask({ result: path });
      return new Float32Array(new Uint8Array(readFileSync(path)).buffer);
    },
    release() {},
  };
}

/** The work as JSON, every array a file of raw f32. */
function describe(work: Exclude<Work, Network>, folder: string): object {
  let files = 0;
  const file = (values: Float32Array) => {
    const path = join(folder, `${files++}.f32`);
    writeFileSync(path, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    return path;
  };
  if (work.kind !== 'convolution') {
    const entries = Object.entries(work).map(([key, value]) => [
      key,
      value instanceof Float32Array ? file(value) : value,
    ]);
    return Object.fromEntries(entries);
  }
  const { kind, n, rows, columns } = work;
  const layers = work.layers.map((layer) => {
    if (layer.scale || layer.reluBefore) throw new Error('python: only bias, ReLU and pool.');
    const { inChannels, outChannels, reluAfter = false, pool = false } = layer;
    const bias = file(layer.bias ?? new Float32Array(outChannels));
    return { inChannels, outChannels, weights: file(layer.weights), bias, relu: reluAfter, pool };
  });
  return { kind, layers, planes: file(work.planes), n, rows, columns };
}

/** Line by line with a child process; a question waits for its answer. */
class Conversation {
  private readonly child: ChildProcess;
  private readonly lines: AsyncIterator<string>;
  private complaints = '';

  constructor(program: string, parameters: string[], environment: Record<string, string>) {
    const env = { ...process.env, ...environment };
    this.child = spawn(program, parameters, { stdio: 'pipe', env });
    this.child.on('error', (error) => {
      this.complaints += error.message;
    });
    this.child.stdin!.on('error', () => {}); // it ended: the missing answer says so
    this.child.stderr!.on('data', (text) => {
      this.complaints += text;
    });
    this.lines = createInterface({ input: this.child.stdout! })[Symbol.asyncIterator]();
  }

  ask(message: object): Promise<Answer> {
    this.child.stdin!.write(`${JSON.stringify(message)}\n`);
    return this.next();
  }

  async next(): Promise<Answer> {
    const { value, done } = await this.lines.next();
    if (done) throw new Error(this.complaints.trim().split('\n').pop() || 'it ended');
    return JSON.parse(value);
  }

  end(): void {
    this.child.stdin!.end();
  }
}
