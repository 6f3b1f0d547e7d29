import { sink, time } from '../time.ts';

const TURNS = 2_000_000;

/**
 * Returns a function that measures GFLOP/s of a register-only multiply-add loop, the best of five
 * runs. Call it between the cases: other programs and the clock change what the machine can do.
 */
export async function loadCeiling(bytes: Uint8Array): Promise<() => number> {
  const { instance } = await WebAssembly.instantiate(bytes as Uint8Array<ArrayBuffer>);
  const { turn, FLOP_PER_TURN } = instance.exports as unknown as {
    turn(turns: number, factor: number, term: number): number;
    FLOP_PER_TURN: { value: number };
  };
  return () => {
    const { min } = time(() => sink(turn(TURNS, 0.9999, 0.0001)), 5);
    return (TURNS * FLOP_PER_TURN.value) / min / 1e6;
  };
}
