// node scripts/run.mjs bench/ceiling/int16.ts: would int16 pay? Products of int16 in registers only, their ceiling, beside
// what Conv4 does in f32 by Winograd's algorithm in the same run.
import { createKernels } from '../../bindings/node/instantiate.ts';
import { type Case, cases } from '../cases.ts';
import { sink, time } from '../time.ts';
import { compileCeiling } from './index.ts';

const TURNS = 2_000_000;
const RUNS = 15;

const { instance } = await WebAssembly.instantiate(compileCeiling() as Uint8Array<ArrayBuffer>);
const { dots, MACS_PER_TURN } = instance.exports as unknown as {
  dots(turns: number, factor: number): number;
  MACS_PER_TURN: { value: number };
};
const products = time(() => sink(dots(TURNS, 3)), RUNS);
const conv4: Case<unknown> = cases[0];
const input = conv4.input();
const compute = conv4.run(createKernels(), input);
conv4.check(input, compute());
const network = time(() => sink(compute()[0]), RUNS);
const rate = (macs: number, ms: number) => (macs / ms / 1e6).toFixed(1);
console.log(
  `int16 products in registers only: ${rate(TURNS * MACS_PER_TURN.value, products.min)} GMAC/s`,
);
console.log(
  `${conv4.name}, f32: ${rate(conv4.flop / 2, network.min)} GMAC/s of the textbook algorithm`,
);
