// node scripts/run.mjs scripts/make-example.ts: write examples/ anew, byte for byte as committed.
import { mkdirSync, writeFileSync } from 'node:fs';
import { createKernels } from '../bindings/node/instantiate.ts';
import { exampleFiles } from './example-files.ts';

mkdirSync('examples', { recursive: true });
for (const [name, content] of exampleFiles(createKernels())) {
  writeFileSync(`examples/${name}`, content);
  console.log(`examples/${name}: ${content.length} bytes`);
}
