import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // The second file is what scripts/ci.mjs counts.
    reporters: ['default', 'json'],
    outputFile: { json: 'build/test-results.json' },
  },
});
