// Runs in a Node of its own (lifetimes.test.ts starts it): prints what a thousand engines left behind.
import process from 'node:process';
import type * as node from '../../bindings/node/index.ts';
import { liveAndDie } from '../conformance/lifetimes.ts';

const host: typeof node = await import(process.argv[2]);
const { gc } = globalThis;
if (!gc) throw new Error('needs --expose-gc');
console.log(
  JSON.stringify(
    await liveAndDie(
      host,
      () => gc(),
      () => process.memoryUsage.rss(),
    ),
  ),
);
