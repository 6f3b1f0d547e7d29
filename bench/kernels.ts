// node scripts/run.mjs bench/kernels.ts [--json FILE] [--only TEXT] [--processes N] [--seconds S]
//   [--no-peers] [--host node|deno|chromium]
// Every kernel on seeded input: checked against the float64 reference, then timed in turns with the
// peers that this machine has (see peers/README.md).
import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { hosts } from './hosts/index.ts';
import { rowsOf, tableOf } from './table.ts';

const { values: options } = parseArgs({
  options: {
    json: { type: 'string' },
    only: { type: 'string', default: '' },
    processes: { type: 'string', default: '1' },
    seconds: { type: 'string', default: '3' },
    'no-peers': { type: 'boolean', default: false },
    host: { type: 'string', default: 'node' },
  },
});

const host = hosts[options.host];
if (!host)
  throw new Error(`--host: expected ${Object.keys(hosts).join(', ')}, got ${options.host}.`);
const request = {
  only: options.only,
  seconds: Number(options.seconds),
  peers: !options['no-peers'],
};

const processes = [];
for (let i = 0; i < Number(options.processes); i++) {
  processes.push(await host(request));
  process.stderr.write(`process ${i + 1} of ${options.processes} done, load ${loadavg()[0]}\n`);
}
const [first] = processes;
const rows = rowsOf(processes.map(({ measured }) => measured));
const ceilings = processes.map(({ measured }) => measured.ceiling);
const machine = {
  cpu: cpus()[0].model,
  host: first.host,
  load: loadavg()[0],
  processes: processes.length,
  ceilingGflops: Math.max(...ceilings),
};
console.log(
  `${machine.cpu}, ${machine.host}, one thread, ${processes.length} processes, load ${machine.load.toFixed(1)}`,
);
console.log(`register-only mul + add: ${machine.ceilingGflops.toFixed(1)} GFLOP/s`);
for (const { name, version } of first.peers) console.log(`peer: ${name} ${version}`);
for (const { name, reason } of first.absent) console.log(`absent: ${name} (${reason})`);
for (const failure of new Set(processes.flatMap(({ measured }) => measured.failures))) {
  console.log(`not timed: ${failure}`);
}
console.log(`\n${tableOf(rows)}\n`);
if (options.json) {
  const { peers, absent } = first;
  const text = JSON.stringify({ machine, peers, absent, rows, processes }, null, 2);
  writeFileSync(options.json, `${text}\n`);
}
