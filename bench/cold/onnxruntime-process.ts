// Runs in a fresh Node: from the import of onnxruntime-web to the first embedding, in ms.
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { type Ort, openSession } from '../peers/onnxruntime.ts';

const [, , entry, side, model] = process.argv;
const size = Number(side);
const crop = Float32Array.from({ length: 2 * size * size }, (_, i) => (i % 17) / 17);

const start = performance.now();
const ort: Ort = await import(entry);
ort.env.wasm.numThreads = 1;
ort.env.logLevel = 'error';
const session = await openSession(ort, readFileSync(model), 'wasm');
const planes = new ort.Tensor('float32', crop, [1, 2, size, size]);
const outputs = await session.run({ planes });
const values = outputs[session.outputNames[0]].data.length;
const ms = performance.now() - start;

process.stdout.write(JSON.stringify({ ms, values }), () => process.exit());
