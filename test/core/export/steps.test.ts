import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { stepTexts } from '../../../bindings/core/export/steps.ts';
import {
  classifyDefects,
  findDefects,
  loadSegmenter,
  prepare,
  type Step,
  simulateDimerRows,
  untrainedNetwork,
} from '../../../bindings/core/index.ts';
import { createKernels } from '../../../bindings/node/instantiate.ts';

const kernels = createKernels();
const { scan, defects } = simulateDimerRows(kernels, {
  ...{ seed: 2, rows: 128, columns: 128, widthNm: 16, steps: 1 },
});
const prepared = prepare(kernels, scan);
const file = resolve(import.meta.dirname, '../../../models/segment.safetensors');
const segmenter = loadSegmenter(new Uint8Array(readFileSync(file)), 'segment.safetensors');
const finding = (['network', 'pixels', 'features'] as const).flatMap(
  (method) => findDefects(kernels, prepared, { method, segmenter }).steps,
);
const support = defects.slice(0, 2).map(({ x, y }, i) => ({ x, y, label: 'ab'[i] }));
const naming = classifyDefects(kernels, prepared, untrainedNetwork(kernels), defects, support);
const auto: Step = { name: 'segment: auto', chosen: 'pixels', why: 'it had to be' };
const steps = [...prepared.steps, auto, ...finding, ...naming.steps];

/** What a step's parameter is said to be. */
function valueIn(name: string, what: string): string | undefined {
  const texts = stepTexts(steps);
  return texts[steps.findIndex((step) => step.name === name)].lines.find(
    (line) => line.what === what,
  )?.value;
}

describe('the record in words', () => {
  test('has words for every parameter of every step, and no notation of programs', () => {
    expect(new Set(steps.map(({ name }) => name)).size).toBe(15);
    for (const [i, { title, lines }] of stepTexts(steps).entries()) {
      expect(title).not.toBe(steps[i].name);
      expect(lines.length).toBeGreaterThan(1);
      for (const { what, value } of lines) {
        expect(what).not.toMatch(/[a-z][A-Z]/);
        expect(`${what} ${value}`).not.toMatch(/[{}[\]"]|null|undefined|NaN|object/);
      }
    }
  });

  test('gives units', () => {
    expect(valueIn('lattice', 'row spacing')).toMatch(/^0\.7\d+ nm$/);
    expect(valueIn('level', 'heights of the steps')).toMatch(/^0\.1\d+ nm$/);
    expect(valueIn('regions', 'searched')).toMatch(/^\d\d\.\d % of the scan$/);
    expect(valueIn('resample', 'side of a pixel')).toBe('0.125 nm');
  });

  test('says what there is none of, and each class with its examples', () => {
    const bare = steps.map((step) => (step.name === 'lattice' ? { ...step, spacing: null } : step));
    const lattice = stepTexts(bare).find(({ title }) => title === 'Rows of the lattice');
    expect(lattice?.lines).toContainEqual({ what: 'row spacing', value: 'none' });
    expect(valueIn('classify', 'examples')).toBe('a: 1\nb: 1');
  });

  test('shows a step that it has no words for as it is', () => {
    expect(stepTexts([{ name: 'polish', howOften: 3 }])).toEqual([
      { title: 'polish', lines: [{ what: 'howOften', value: '3' }] },
    ]);
  });
});
