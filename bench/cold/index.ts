// node scripts/run.mjs bench/cold/index.ts: cold start of the built package on every host, in fresh
// processes and pages, in turns with onnxruntime-web running the same network.
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { conv4FromWeights } from '../../bindings/core/embed.ts';
import { readWeights } from '../../bindings/core/weights/index.ts';
import { bundle, runProgram } from '../hosts/program.ts';
import { packages } from '../peers/index.ts';
import { onnxModel } from '../peers/onnx.ts';
import { summary } from '../time.ts';
import { type ColdPages, openChromium } from './chromium.ts';
import { printDownloads } from './downloads.ts';
import type { Start, StartRequest } from './start.ts';

const STARTS = 9;
const SIDE = 40;
/** Engines round differently; sums of 1600 values agree to this part. */
const AGREE = 1e-4;

interface Engine {
  name: string;
  request: StartRequest;
  start(request: StartRequest): Promise<Start>;
}

const folder = mkdtempSync(join(tmpdir(), 'adatom-cold-'));
const model = join(folder, 'conv4.onnx');
const ours = resolve('dist/node/index.js');
if (!existsSync(ours)) throw new Error('dist/node/index.js is missing: npm run build first.');
writeModel();
const pages = await openPages();
try {
  const engines = await findEngines();
  const starts = new Map(engines.map(({ name }) => [name, [] as Start[]]));
  for (let i = 0; i < STARTS; i++) {
    for (const engine of engines) await startOnce(engine, starts);
  }
  console.log(`import to first embedding, ${STARTS} fresh processes or pages each, in turns`);
  for (const [name, each] of starts) printStarts(name, each);
  printDownloads();
  console.log(`kernels: ${statSync('build/adatom.wasm').size} bytes of WebAssembly\n`);
} finally {
  await pages?.close();
  rmSync(folder, { recursive: true, force: true });
}

/** The network that names defects, which both engines start with. */
function writeModel(): void {
  const name = 'adatom.safetensors';
  const layers = conv4FromWeights(readWeights(readFileSync(`models/${name}`), name));
  const planes = new Float32Array(0); // the model knows their shape only
  writeFileSync(
    model,
    onnxModel({ kind: 'convolution', layers, planes, n: 1, rows: SIDE, columns: SIDE }),
  );
}

async function startOnce(
  { name, request, start }: Engine,
  starts: Map<string, Start[]>,
): Promise<void> {
  try {
    const started = await start(request);
    const [first] = starts.values().next().value ?? [];
    if (first && !(Math.abs(started.sum - first.sum) <= AGREE * Math.abs(first.sum))) {
      throw new Error(`expected values that sum to ${first.sum}, got ${started.sum}.`);
    }
    starts.get(name)?.push(started);
  } catch (error) {
    if (starts.delete(name)) console.log(`not timed: ${name}: ${(error as Error).message}`);
  }
}

function printStarts(name: string, each: readonly Start[]): void {
  const { min, median, spread } = summary(each.map(({ ms }) => ms));
  console.log(
    `  ${name.padEnd(32)} min ${min.toFixed(1)} ms, median ${median.toFixed(1)} ms, spread ${(spread * 100).toFixed(0)} %`,
  );
  for (const step of Object.keys(each[0].steps ?? {})) {
    const ms = summary(each.map(({ steps }) => steps![step]));
    console.log(
      `    ${step.padEnd(30)} min ${ms.min.toFixed(1)} ms, median ${ms.median.toFixed(1)} ms`,
    );
  }
}

async function openPages(): Promise<ColdPages | undefined> {
  try {
    return await openChromium(model);
  } catch (error) {
    console.log(`absent: Chromium (${(error as Error).message.split('\n')[0]})`);
    return undefined;
  }
}

async function findEngines(): Promise<Engine[]> {
  const program = await bundle('bench/cold/process.ts', 'node');
  const inNode = (request: StartRequest) =>
    runProgram<Start>(process.execPath, [program, JSON.stringify(request)]);
  const deno = ['node_modules/deno/bin.cjs', 'run', '--no-config', '--no-remote', '--no-prompt'];
  const inDeno = (request: StartRequest) =>
    runProgram<Start>(
      process.execPath,
      [...deno, '--allow-read', '--allow-env', program, JSON.stringify(request)],
      { DENO_NO_UPDATE_CHECK: '1' },
    );
  const address = (path: string) => pathToFileURL(resolve(path)).href;
  const peer = join(packages, 'onnxruntime-web/dist');
  const hasPeer = existsSync(join(peer, 'ort.node.min.mjs'));
  if (!hasPeer) console.log('absent: onnxruntime-web');
  const engines: Engine[] = [];
  const add = (
    host: string,
    start: Engine['start'],
    folder: string,
    main: string,
    other: Partial<StartRequest>,
  ) => {
    const request = { engine: 'adatom' as const, entry: `${folder}/kernels.js`, side: SIDE };
    engines.push({ name: `adatom/kernels, ${host}`, request, start });
    const whole = { ...request, entry: `${folder}/${main}` };
    engines.push({ name: `adatom, ${host}`, request: whole, start });
    if (!hasPeer) return;
    engines.push({
      name: `onnxruntime-web, ${host}`,
      request: { ...request, engine: 'onnxruntime-web', ...other },
      start,
    });
  };
  add(`Node ${process.version}`, inNode, address('dist/node'), 'index.js', {
    entry: address(join(peer, 'ort.node.min.mjs')),
    model: address(model),
  });
  add('Deno', inDeno, address('dist/deno'), 'mod.js', {
    entry: address(join(peer, 'ort.wasm.min.mjs')),
    model: address(model),
    folder: `${address(peer)}/`,
  });
  if (pages) {
    add(`Chromium ${pages.version}`, pages.start, '/adatom', 'index.js', {
      entry: '/onnxruntime-web/ort.wasm.min.mjs',
      model: '/model.onnx',
      folder: '/onnxruntime-web/',
    });
  }
  return engines;
}
