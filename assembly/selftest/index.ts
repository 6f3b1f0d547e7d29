// adatom-selftest.wasm: the kernels prove themselves in any runtime with WASI preview 1.
// Prints `case: sha256` for every kernel case of the conformance suite, then `kernel: GFLOP/s`.

import { runCases } from './cases';
import { measureThroughput } from './throughput';

export function _start(): void {
  runCases();
  measureThroughput();
}
