// Runs in Deno (lifetimes.test.ts starts it): prints what a thousand engines left behind.
import type * as deno from '../../bindings/deno/mod.ts';
import { liveAndDie } from '../conformance/lifetimes.ts';

declare const Deno: { memoryUsage(): { rss: number } };

const host: typeof deno = await import(new URL('../../dist/deno/mod.js', import.meta.url).href);
const { gc } = globalThis;
if (!gc) throw new Error('needs --v8-flags=--expose-gc');
console.log(
  JSON.stringify(
    await liveAndDie(
      host,
      () => gc(),
      () => Deno.memoryUsage().rss,
    ),
  ),
);
