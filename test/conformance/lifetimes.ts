import type { Engine, EngineOptions } from '../../bindings/core/engine/types.ts';

// A thousand engines, one after the other, the same on every host. Each has its weights, its kernels
// and, with a worker, a thread: some MiB that would add up to gigabytes.

/** Engines on the calling thread and in a worker; the first ones of each only warm the host up. */
const LIVES = [
  { workers: 0, warmUp: 100, counted: 800 },
  { workers: 1, warmUp: 20, counted: 80 },
];

/** What an engine's life may leave behind, at most, in all. */
export const GROWTH_MIB = 80;

const READINGS = 5;
const READING_MS = 200;

export interface Lifetimes {
  engines: number;
  /** By how much the memory in use grew over the engines counted, per kind. */
  grownMiB: number[];
}

/**
 * Lets engines live and die, and says what they left behind.
 *
 * @param collect - Collects the host's garbage: what is merely not yet collected is not left behind.
 * @param memoryInUse - Bytes, as exactly as the host can tell.
 */
export async function liveAndDie(
  host: { createAdatom(options?: EngineOptions): Promise<Engine> },
  collect: () => void | Promise<void>,
  memoryInUse: () => number | Promise<number>,
): Promise<Lifetimes> {
  let engines = 0;
  const live = async (workers: number, count: number) => {
    for (let i = 0; i < count; i++) {
      const engine = await host.createAdatom({ workers });
      if (!((await engine.memory()).wasmReserved > 0)) throw new Error('an engine without memory');
      engine.dispose();
      engines++;
    }
  };
  /** The least of some readings: memory of ended threads and collected buffers goes back by and by. */
  const settled = async () => {
    let least = Infinity;
    for (let reading = 0; reading < READINGS; reading++) {
      await collect();
      await new Promise((resolve) => setTimeout(resolve, READING_MS));
      least = Math.min(least, await memoryInUse());
    }
    return least;
  };
  const grownMiB: number[] = [];
  for (const { workers, warmUp, counted } of LIVES) {
    await live(workers, warmUp);
    const before = await settled();
    await live(workers, counted);
    grownMiB.push(((await settled()) - before) / 2 ** 20);
  }
  return { engines, grownMiB };
}
