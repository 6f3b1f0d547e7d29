import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** One offence per rule: the file that commits it and its text. */
const offences: [rule: string, file: string, text: string][] = [
  ['no-cycles', 'bindings/core/a.ts', "import './b.ts';"],
  ['no-unresolved', 'bindings/core/lost.ts', "import './nowhere.ts';"],
  ['assembly-alone', 'assembly/host.ts', "import '../bindings/core/errors.ts';"],
  ['core-alone', 'bindings/core/foreign.ts', "import 'comlink';"],
  ['core-alone', 'bindings/core/built.ts', "import '../../build/adatom.wasm.ts';"],
  ['core-alone', 'bindings/core/builtin.ts', "import 'node:fs';"],
  ['node-imports-core', 'bindings/node/other.ts', "import '../web/index.ts';"],
  ['web-imports-core', 'bindings/web/other.ts', "import '../deno/mod.ts';"],
  ['deno-imports-core', 'bindings/deno/other.ts', "import '../node/index.ts';"],
  ['node-only-in-node', 'bindings/web/files.ts', "import 'node:path';"],
  ['front-ends-import-their-host', 'bindings/node/cli/c.ts', "import '../../core/errors.ts';"],
  ['hosts-know-no-front-end', 'bindings/node/up.ts', "import './cli/d.ts';"],
  ['nobody-imports-tests', 'bindings/node/tested.ts', "import '../../test/reference/r.ts';"],
  ['step-values-preprocess', 'bindings/core/preprocess/v.ts', "import '../formats/f.ts';"],
  ['step-order-preprocess', 'bindings/core/preprocess/t.ts', "import type {} from '../crop.ts';"],
  ['steps-know-no-pipeline', 'bindings/core/crop.ts', "import type {} from './pipeline.ts';"],
  ['export-runs-no-pipeline', 'bindings/core/export/e.ts', "import '../pipeline.ts';"],
  ['shared-knows-no-step', 'bindings/core/shared.ts', "import type {} from './formats/f.ts';"],
  ['arena-is-private', 'bindings/core/formats/m.ts', "import '../arena.ts';"],
  ['addresses-are-private', 'bindings/core/formats/w.ts', "import type {} from '../wasm.ts';"],
  ['declared-packages', 'bindings/web/peer.ts', "import 'left-pad';"],
];

/** What the rules allow, and must go on allowing. */
const allowed: [file: string, text: string][] = [
  ['bindings/core/c.ts', "import type {} from './d.ts';"],
  ['bindings/core/d.ts', "import type {} from './c.ts';"],
  ['bindings/core/errors.ts', ''],
  ['bindings/core/wasm.ts', ''],
  ['bindings/core/arena.ts', "import type {} from './wasm.ts';"],
  ['bindings/core/kernels.ts', "import './arena.ts'; import type {} from './wasm.ts';"],
  ['bindings/core/formats/f.ts', "import 'fflate'; import '../errors.ts';"],
  ['bindings/core/preprocess/p.ts', "import '../kernels.ts';"],
  ['bindings/core/segment/s.ts', "import type {} from '../preprocess/p.ts';"],
  ['bindings/core/pipeline.ts', "import './formats/f.ts'; import './segment/s.ts';"],
  ['bindings/core/export/x.ts', "import type {} from '../pipeline.ts';"],
  ['bindings/core/index.ts', "export * from './pipeline.ts'; export * from './export/x.ts';"],
  ['bindings/node/instance.ts', "import type {} from '../core/wasm.ts';"],
  ['bindings/node/index.ts', "import 'node:fs'; import '../core/index.ts';"],
  ['bindings/node/cli/d.ts', "import '../index.ts';"],
  ['bindings/web/index.ts', "import '../core/index.ts'; import 'comlink';"],
  ['bindings/deno/mod.ts', "import '../../build/adatom.wasm.ts';"],
  ['test/reference/r.ts', "import '../../bindings/core/arena.ts';"],
];

/** Files the others need to exist. */
const scenery: [file: string, text: string][] = [
  ['bindings/core/b.ts', "import './a.ts';"],
  ['build/adatom.wasm.ts', ''],
  ['package.json', JSON.stringify({ type: 'module', dependencies: { comlink: '1', fflate: '1' } })],
  ...['comlink', 'fflate', 'left-pad'].flatMap((name): [string, string][] => [
    [`node_modules/${name}/package.json`, JSON.stringify({ name, main: 'index.js' })],
    [`node_modules/${name}/index.js`, ''],
  ]),
];

describe('the dependency rules', () => {
  const tree = mkdtempSync(join(tmpdir(), 'adatom-rules-'));
  let violations: { from: string; rule: { name: string } }[];
  let rules: string[];

  beforeAll(() => {
    const broken = offences.map(([, file, text]): [string, string] => [file, text]);
    for (const [file, text] of [...allowed, ...scenery, ...broken]) {
      mkdirSync(dirname(join(tree, file)), { recursive: true });
      writeFileSync(join(tree, file), text);
    }
    const { summary } = cruise(tree);
    violations = summary.violations;
    rules = summary.ruleSetUsed.forbidden.map(({ name }: { name: string }) => name);
  });

  afterAll(() => rmSync(tree, { recursive: true, force: true }));

  it.each(offences)('%s is broken by %s', (rule, file) => {
    const broken = violations.filter(({ from }) => from === file).map(({ rule }) => rule.name);
    expect(broken).toContain(rule);
  });

  it('let everything else pass', () => {
    const innocent = new Set(allowed.map(([file]) => file));
    expect(violations.filter(({ from }) => innocent.has(from))).toEqual([]);
  });

  it('are all shown to bite', () => {
    const shown = new Set(offences.map(([rule]) => kind(rule)));
    expect(rules.filter((rule) => !shown.has(kind(rule)))).toEqual([]);
  });
});

/** The rule of each step is one rule, repeated. */
function kind(rule: string): string {
  return rule.replace(/^(step-\w+)-\w+$/, '$1');
}

function cruise(folder: string) {
  const program = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const config = join(root, '.dependency-cruiser.cjs');
  const parameters = ['--config', config, '--output-type', 'json', 'assembly', 'bindings', 'test'];
  return JSON.parse(
    execFileSync(process.execPath, [program, ...parameters], {
      cwd: folder,
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
    }),
  );
}
