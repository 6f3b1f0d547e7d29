import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { removeApplication } from '../consumers/workshop.ts';
import { root } from '../deno/run.ts';
import { hasWasmtime } from '../python.ts';
import { type Block, blocksOf, carryOut, makeCopy, makeFolder } from './guide.ts';

const guides = readdirSync(join(root, 'docs'))
  // what kernels.md shows is how to run the benchmarks
  .filter((name) => name.endsWith('.md') && name !== 'kernels.md')
  .map((name) => `docs/${name}`);
const skipped = Symbol('skipped');
const known = ['sh', 'diff', 'py', 'text'];
const forContributors = 'docs/add-a-format.md';

test.each(guides)('what %s speaks of is there', (guide) => {
  // What stands in a block is code: f(x)[0](y) is no link.
  const text = readFileSync(join(root, guide), 'utf8').replace(/^```.*?^```$/gms, '');
  const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, path]) =>
    join('docs', path),
  );
  const files = [
    ...text.matchAll(/`((?:bindings|assembly|docs|models|examples|test)\/[^`<*\s]+)`/g),
  ];
  for (const path of [...links, ...files.map(([, path]) => path)]) {
    if (!blocksOf(guide).some(({ file }) => file === path)) {
      expect(existsSync(join(root, path)), path).toBe(true);
    }
  }
});

const withBlocks = guides.filter((guide) => blocksOf(guide).length > 0);

describe.each(withBlocks)('every code block of %s does what it says', (guide) => {
  let folder: string;
  beforeAll(() => {
    folder = guide === forContributors ? makeCopy() : makeFolder();
  });
  afterAll(() => removeApplication(folder));
  let printed: string | typeof skipped = '';

  test.for(blocksOf(guide))(
    'line $line, $language',
    { timeout: 180_000 },
    (block: Block, context) => {
      if (block.language === 'text') {
        if (printed === skipped) context.skip('what it shows was skipped');
        expect((printed as string).trim()).toBe(block.text.trim());
        return;
      }
      if (!block.file) expect(known).toContain(block.language);
      printed = skipped;
      if (block.language === 'py' && !hasWasmtime()) context.skip('no wasmtime for Python');
      printed = carryOut(block, folder);
    },
  );
});
