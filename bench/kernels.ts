// node scripts/run.mjs bench/kernels.ts [--json FILE] [--only TEXT] [--runs N]
// Every kernel on seeded input: checked against the float64 reference, then timed.
import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { createKernels } from '../bindings/node/instantiate.ts';
import { cases } from './cases.ts';
import { loadCeiling } from './ceiling/index.ts';
import { drain, sink, type Times, time } from './time.ts';

interface Row extends Times {
  case: string;
  engine: string;
  /** At the median. */
  gflops: number;
  /** The fastest run over the highest ceiling measured in this run, before and after every case. */
  share: number;
}

const { values: options } = parseArgs({
  options: {
    json: { type: 'string' },
    only: { type: 'string', default: '' },
    runs: { type: 'string', default: '7' },
  },
});

const ceiling = loadCeiling();
let limit = ceiling();
const rows = cases
  .filter((each) => each.name.includes(options.only))
  .map(({ name, flop, input, run, check }): Row => {
    const kernels = createKernels();
    const given = input();
    const call = run(kernels, given);
    check(given, call());
    const times = time(() => sink(call()[0]), Number(options.runs));
    limit = Math.max(limit, ceiling());
    return { case: name, engine: 'adatom', ...times, gflops: flop / times.median / 1e6, share: 0 };
  });
for (const row of rows) row.share = (row.gflops * row.median) / row.min / limit;

const machine = {
  cpu: cpus()[0].model,
  node: process.version,
  load: loadavg()[0],
  ceilingGflops: limit,
};
console.log(`${machine.cpu}, Node ${machine.node}, one thread, load ${round(machine.load)}`);
console.log(`register-only mul + add: ${round(limit)} GFLOP/s`);
console.table(
  Object.fromEntries(
    rows.map((row) => [
      row.case,
      {
        'min ms': round(row.min),
        'median ms': round(row.median),
        'spread %': round(row.spread * 100),
        'GFLOP/s': round(row.gflops),
        '% of ceiling': round(row.share * 100),
      },
    ]),
  ),
);
if (options.json) writeFileSync(options.json, `${JSON.stringify({ machine, rows }, null, 2)}\n`);
if (!Number.isFinite(drain())) throw new Error('a kernel returned NaN.');

function round(value: number): number {
  return Number(value.toPrecision(3));
}
