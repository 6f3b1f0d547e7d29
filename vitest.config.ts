import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The files that take longest, longest first: begun last, one of them would run on alone at the end. */
const SLOWEST = [
  'conformance/lifetimes',
  'web/engine',
  'e2e/adatom-html',
  'docs/guides',
  'conformance/conformance',
  'viewer/element',
  'consumers/consumers',
  'node/cli',
  'single-file/single-file',
  'node/engine',
  'package/package',
];

class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const place = SLOWEST.findIndex((name) => moduleId.endsWith(`test/${name}.test.ts`));
      return place < 0 ? SLOWEST.length : place;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

const portable = ['test/core/**/*.test.ts', 'test/kernels/**/*.test.ts'];

export default defineConfig({
  test: {
    testTimeout: 120_000,
    hookTimeout: 240_000,
    // One more than by default, which leaves a core to vitest itself: it needs next to nothing.
    maxWorkers: availableParallelism(),
    sequence: { sequencer: SlowestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'portable',
          include: portable,
          // They keep nothing outside themselves; loading core anew for each takes longer than most of them.
          isolate: false,
        },
      },
      { extends: true, test: { name: 'hosts', include: ['test/**/*.test.ts'], exclude: portable } },
    ],
    // The second file is what scripts/ci.mjs counts.
    reporters: ['default', 'json'],
    outputFile: { json: 'build/test-results.json' },
  },
});
