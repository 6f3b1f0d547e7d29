import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readPointsCsv } from '../../../bindings/core/export/csv.ts';
import { createKernels } from '../../../bindings/node/instantiate.ts';
import { exampleFiles } from '../../../scripts/example-files.ts';

const committed = (name: string) =>
  readFileSync(new URL(`../../../examples/${name}`, import.meta.url));

describe('the bundled example', () => {
  const files = exampleFiles(createKernels());

  it.each([...files.keys()])('%s is what its program makes', (name) => {
    const made = Buffer.from(files.get(name) as string);
    expect(made.equals(committed(name))).toBe(true);
  });

  it('is small, and its support set lies on its truth', () => {
    expect(committed('dimer-rows.sxm').length).toBeLessThan(2 ** 20);
    const read = (name: string) => readPointsCsv(committed(name).toString('utf8'), name);
    const truth = read('dimer-rows.truth.csv');
    const support = read('dimer-rows.support.csv');
    expect(truth.length).toBeGreaterThanOrEqual(45);
    expect(truth.length).toBeLessThanOrEqual(60);
    for (const { x, y, label } of support) {
      const matches = truth.filter((t) => Math.abs(t.x - x) <= 0.51 && Math.abs(t.y - y) <= 0.51);
      expect(matches.map((t) => t.label)).toEqual([label]);
    }
    const shots = new Set(truth.map((t) => t.label)).size;
    expect(shots).toBe(3);
    expect(new Set(support.map((s) => s.label)).size).toBe(3);
  });
});
