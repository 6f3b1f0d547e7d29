import { readFileSync } from 'node:fs';
import { ConsoleStdout, File, OpenFile, WASI as Shim } from '@bjorn3/browser_wasi_shim';
import { describe, expect, test } from 'vitest';
import * as node from '../../bindings/node/index.ts';
import { kernelCases } from '../conformance/cases.ts';
import { hasWasmtime, runPython } from '../python.ts';
import { runUnderNodeWasi, selftest } from './run.ts';

const module = new WebAssembly.Module(readFileSync(selftest));
const kernels = ['conv 3x3 direct', 'conv 3x3 winograd', 'squared distances', 'k-means step'];

/** What a runtime prints: the hashes are those of this host, and every kernel has a speed. */
function check(printed: string): void {
  const lines = printed.trim().split('\n');
  const results = Object.fromEntries(lines.map((line) => line.split(': ')));
  const hashes = Object.entries(results).filter(([name]) => !kernels.includes(name));
  expect(Object.fromEntries(hashes)).toEqual(kernelCases(node, node.createKernels()));
  for (const name of kernels) expect(results[name], name).toMatch(/^[\d.]*[1-9][\d.]* GFLOP\/s$/);
}

describe('adatom-selftest.wasm prints the hashes of the other hosts', () => {
  test('and imports nothing but two functions of WASI preview 1', () => {
    const imports = WebAssembly.Module.imports(module);
    expect(new Set(imports.map(({ module: from }) => from))).toEqual(
      new Set(['wasi_snapshot_preview1']),
    );
    expect(imports.map(({ name }) => name).sort()).toEqual(['clock_time_get', 'fd_write']);
  });

  test('under node:wasi', () => {
    check(runUnderNodeWasi());
  });

  test('under a WASI made for browsers', () => {
    const lines: string[] = [];
    const stdin = new OpenFile(new File([]));
    const stdout = ConsoleStdout.lineBuffered((line) => lines.push(line));
    const wasi = new Shim([], [], [stdin, stdout, stdout]);
    const imports = { wasi_snapshot_preview1: wasi.wasiImport };
    const instance = new WebAssembly.Instance(module, imports);
    wasi.start(instance as Parameters<typeof wasi.start>[0]);
    check(lines.join('\n'));
  });

  const wasmtime = hasWasmtime();
  const title = 'under wasmtime, an engine that shares nothing with V8';
  test.skipIf(!wasmtime)(wasmtime ? title : `${title} (skipped: no wasmtime for Python)`, () => {
    check(
      runPython(`
import wasmtime
store = wasmtime.Store()
wasi = wasmtime.WasiConfig()
wasi.inherit_stdout()
store.set_wasi(wasi)
linker = wasmtime.Linker(store.engine)
linker.define_wasi()
module = wasmtime.Module.from_file(store.engine, ${JSON.stringify(selftest)})
linker.instantiate(store, module).exports(store)["_start"](store)
`),
    );
  });
});
