import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { sink, time } from '../time.ts';

const TURNS = 2_000_000;

/** GFLOP/s of a register-only multiply-add loop on this machine now; the best of nine runs. */
export function ceiling(): number {
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
  const { min } = time(() => sink(exports.turn(TURNS)), 9);
  return (TURNS * exports.FLOP_PER_TURN.value) / min / 1e6;
}
