// Runs in a fresh Node or Deno, with a StartRequest as its argument; prints a Start.
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { start } from './start.ts';

const started = await start(JSON.parse(process.argv[2]), (address) =>
  readFileSync(new URL(address)),
);
process.stdout.write(JSON.stringify(started), () => process.exit());
