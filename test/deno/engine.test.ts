import { expect, test } from 'vitest';
import { expectedFacts } from '../conformance/engine-facts.ts';
import { mayRead, runInDeno } from './run.ts';

test('an engine in Deno keeps its promises, reading nothing but the package and the scan', () => {
  const permission = mayRead('dist/deno', 'examples/dimer-rows.sxm');
  const facts = JSON.parse(runInDeno([permission], ['test/deno/facts.ts']));
  expect(facts).toEqual([expectedFacts, expectedFacts]);
});
