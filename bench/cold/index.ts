// node scripts/run.mjs bench/cold/index.ts: cold start of the built package, in fresh processes by turns.
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { untrainedConv4 } from '../../bindings/core/embed.ts';
import { bundle, runProgram } from '../hosts/program.ts';
import { packages } from '../peers/index.ts';
import { onnxModel } from '../peers/onnx.ts';
import { summary } from '../time.ts';
import { printDownloads } from './downloads.ts';

const STARTS = 9;
const SIDE = 40;

interface Start {
  ms: number;
  values: number;
  /** What the time went to, in ms. */
  steps?: Record<string, number>;
}

const folder = mkdtempSync(join(tmpdir(), 'adatom-cold-'));
try {
  const engines = await findEngines();
  const starts = new Map(engines.map(({ name }) => [name, [] as Start[]]));
  for (let i = 0; i < STARTS; i++) {
    for (const { name, program, parameters } of engines) {
      const started = await runProgram<Start>(process.execPath, [program, ...parameters]);
      if (started.values !== 256) {
        throw new Error(`${name}: expected 256 values, got ${started.values}.`);
      }
      starts.get(name)!.push(started);
    }
  }
  console.log(
    `import to first embedding, Node ${process.version} unless it says so, ${STARTS} fresh processes each`,
  );
  for (const [name, each] of starts) {
    const { min, median, spread } = summary(each.map(({ ms }) => ms));
    console.log(
      `  ${name.padEnd(18)} min ${min.toFixed(1)} ms, median ${median.toFixed(1)} ms, spread ${(spread * 100).toFixed(0)} %`,
    );
    for (const step of Object.keys(each[0].steps ?? {})) {
      const ms = summary(each.map(({ steps }) => steps![step])).median;
      console.log(`    ${step.padEnd(16)} median ${ms.toFixed(1)} ms`);
    }
  }
  printDownloads();
  console.log(`kernels: ${statSync('build/adatom.wasm').size} bytes of WebAssembly\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function findEngines() {
  const ours = resolve('dist/node/index.js');
  if (!existsSync(ours)) throw new Error('dist/node/index.js is missing: npm run build first.');
  const engines = [
    {
      name: 'adatom',
      program: await bundle('bench/cold/adatom-process.ts', 'node'),
      parameters: [pathToFileURL(ours).href, String(SIDE)],
    },
    {
      name: 'adatom, in Deno',
      program: 'node_modules/deno/bin.cjs',
      parameters: [
        ...['run', '--no-remote', '--no-prompt', '--allow-read', '--allow-env'],
        resolve('build/run/bench-cold-adatom-process-ts.mjs'),
        pathToFileURL(resolve('dist/deno/mod.js')).href,
        String(SIDE),
      ],
    },
  ];
  const peer = join(packages, 'onnxruntime-web/dist/ort.node.min.mjs');
  if (!existsSync(peer)) {
    console.log('absent: onnxruntime-web');
    return engines;
  }
  const model = join(folder, 'conv4.onnx');
  const planes = new Float32Array(0); // the model knows their shape only
  const layers = untrainedConv4(1);
  writeFileSync(
    model,
    onnxModel({ kind: 'convolution', layers, planes, n: 1, rows: SIDE, columns: SIDE }),
  );
  engines.push({
    name: 'onnxruntime-web',
    program: await bundle('bench/cold/onnxruntime-process.ts', 'node'),
    parameters: [pathToFileURL(peer).href, String(SIDE), model],
  });
  return engines;
}
