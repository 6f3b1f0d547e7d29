import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { removeApplication } from '../consumers/workshop.ts';
import { hasWasmtime } from '../python.ts';
import { type Block, blocksOf, carryOut, makeFolder } from './guide.ts';

const guides = readdirSync(fileURLToPath(new URL('../../docs', import.meta.url)))
  // what kernels.md shows is how to run the benchmarks
  .filter((name) => name.endsWith('.md') && name !== 'kernels.md')
  .map((name) => `docs/${name}`)
  .filter((guide) => blocksOf(guide).length > 0);
const skipped = Symbol('skipped');
const known = ['sh', 'js', 'py', 'text'];

describe.each(guides)('every code block of %s does what it says', (guide) => {
  let folder: string;
  beforeAll(() => {
    folder = makeFolder();
  });
  afterAll(() => removeApplication(folder));
  let printed: string | typeof skipped = '';

  test.for(blocksOf(guide))('line $line, $language', (block: Block, context) => {
    if (block.language === 'text') {
      if (printed === skipped) context.skip('what it shows was skipped');
      expect((printed as string).trim()).toBe(block.text.trim());
      return;
    }
    if (!block.file) expect(known).toContain(block.language);
    printed = skipped;
    if (block.language === 'py' && !hasWasmtime()) context.skip('no wasmtime for Python');
    printed = carryOut(block, folder);
  });
});
