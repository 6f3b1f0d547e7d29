import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { sink, time } from '../time.ts';

const TURNS = 2_000_000;

/**
 * Returns a function that measures GFLOP/s of a register-only multiply-add loop, the best of five
 * runs. Call it between the cases: other programs and the clock change what the machine can do.
 */
export function loadCeiling(): () => number {
  mkdirSync('build', { recursive: true });
  const options = ['--runtime', 'stub', '--enable', 'simd', '--use', 'abort=', '-O3'];
  execFileSync(process.execPath, [
    'node_modules/assemblyscript/bin/asc.js',
    'bench/ceiling/loop.ts',
    ...options,
    '--outFile',
    'build/ceiling.wasm',
  ]);
  const module = new WebAssembly.Module(readFileSync('build/ceiling.wasm'));
  const exports = new WebAssembly.Instance(module).exports as unknown as {
    turn(turns: number): number;
    FLOP_PER_TURN: { value: number };
  };
  return () => {
    const { min } = time(() => sink(exports.turn(TURNS)), 5);
    return (TURNS * exports.FLOP_PER_TURN.value) / min / 1e6;
  };
}
