import type { Kernels } from '../bindings/core/kernels.ts';
import type { Case } from './cases.ts';
import { type Call, type Peer, timedCall } from './peers/work.ts';
import { sink } from './time.ts';

// What is measured, on any host; who prints it is another matter.

/** The times of one engine on one case in one process. */
export interface Sample {
  case: string;
  engine: string;
  flop: number;
  ms: number[];
}

/** One process's measurements. */
export interface Measured {
  /** GFLOP/s of the register-only loop, the highest seen before, between and after the cases. */
  ceiling: number;
  samples: Sample[];
  /** Engines that failed a case's check or broke, in words. */
  failures: string[];
}

export interface Bench {
  cases: readonly Case<unknown>[];
  createKernels(): Kernels | Promise<Kernels>;
  peers: readonly Peer[];
  ceiling(): number;
  /** Time to spend on the rounds of one case. */
  seconds: number;
  /** Called before each case, for progress. */
  onCase?(name: string): void;
}

const FEWEST = 3;
const MOST = 25;

export const OURS = 'adatom';

/** Every case on every engine that can do it: checked, then timed in turns A B C, B C A, C A B. */
export async function measure(bench: Bench): Promise<Measured> {
  const measured: Measured = { ceiling: bench.ceiling(), samples: [], failures: [] };
  for (const each of bench.cases) {
    bench.onCase?.(each.name);
    await measureCase(bench, each, measured);
    measured.ceiling = Math.max(measured.ceiling, bench.ceiling());
  }
  return measured;
}

async function measureCase(bench: Bench, each: Case<unknown>, into: Measured): Promise<void> {
  const input = each.input();
  const compute = each.run(await bench.createKernels(), input);
  const calls: { engine: string; call: Call }[] = [
    { engine: OURS, call: await checked(each, input, timedCall(compute)) },
  ];
  const work = each.work?.(input);
  for (const peer of work ? bench.peers : []) {
    try {
      const call = await peer.prepare(work!);
      if (call) calls.push({ engine: peer.name, call: await checked(each, input, call) });
    } catch (error) {
      into.failures.push(`${peer.name}, ${each.name}: ${(error as Error).message}`);
    }
  }

  // the second call runs optimised code; this one also says how long a round takes
  let round = 0;
  for (const { call } of calls) round += await call.run();
  const rounds = Math.min(MOST, Math.max(FEWEST, Math.floor((bench.seconds * 1000) / round)));
  const times = calls.map((): number[] => []);
  for (let r = 0; r < rounds; r++) {
    for (let c = 0; c < calls.length; c++) {
      const i = (r + c) % calls.length; // nobody always follows the same one
      times[i].push(await calls[i].call.run());
    }
  }
  for (const [i, { engine, call }] of calls.entries()) {
    sink((await call.result())[0]);
    into.samples.push({ case: each.name, engine, flop: each.flop, ms: times[i] });
    call.release();
  }
}

async function checked(each: Case<unknown>, input: unknown, call: Call): Promise<Call> {
  await call.run();
  each.check(input, await call.result());
  return call;
}
