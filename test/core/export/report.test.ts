import { describe, expect, test } from 'vitest';
import type { RunResult } from '../../../bindings/core/export/files.ts';
import { writeReport } from '../../../bindings/core/export/report.ts';

const ROWS = 100;
const COLUMNS = 200;

/** A plane with this many ones. */
function ones(count: number): Uint8Array {
  return new Uint8Array(ROWS * COLUMNS).fill(1, 0, count);
}

function reportOf(levelled: object, known: object = {}): string {
  const prepared = {
    rows: ROWS,
    columns: COLUMNS,
    pixelXNm: 1,
    pixelYNm: 2,
    channels: [],
    levelled,
  };
  const result = { input: { file: 'a.sxm' }, counts: [], steps: [], warnings: [], ...known };
  const report = { ...result, prepared: { ...prepared, ...known } } as unknown as RunResult;
  return writeReport(report, new Uint8Array());
}

test('the report shows steps in words, and as JSON behind a fold', () => {
  const steps = [{ name: 'missing', missingPixels: [3, 0], missingLines: [0, 0] }];
  const [open, folded] = reportOf({ valid: ones(1) }, { steps }).split('<details>');
  expect(open).toContain('<td>in each image</td><td>3, 0 pixels</td>');
  expect(open).not.toContain('missingPixels');
  const [, json] = /<pre>(.*)<\/pre>/s.exec(folded)!;
  expect(JSON.parse(json.replaceAll('&quot;', '"'))).toEqual(steps);
});

test('a step of which only the name is known is shown too', () => {
  const report = reportOf({ valid: ones(1) }, { steps: [{ name: 'polish' }] });
  expect(report).toContain('<tr><th scope="rowgroup" rowspan="1">polish</th><td></td>');
});

test('the report says whose labels would tell most, where any would', () => {
  const defects = [{ id: 7, x: 3, y: 4 }];
  const of = (doubt: unknown) => reportOf({ valid: ones(1) }, { defects, doubt });
  expect(of([0.5])).toContain(
    '<p>Labels that would tell most next (x_px, y_px): #7 (3.0, 4.0).</p>',
  );
  for (const none of [[null], undefined]) expect(of(none)).not.toContain('Labels that would');
});

describe('the report says what area the counts are of', () => {
  test('searched, left out and repaired', () => {
    const levelled = { valid: ones(19_000), stepEdges: ones(1000), disturbed: ones(5) };
    const report = reportOf(levelled, { searchedFraction: 0.9 });
    expect(report).toContain(
      'Searched for defects: 36000 nm², 90.0 % of the scan. Left out: step edges 5.0 %, not measured 5.0 %. Lines disturbed by the tip, interpolated: &lt; 0.1 %.',
    );
    expect(report).toContain('200 × 200 nm');
  });

  test('also at the head of the densities', () => {
    const count = { label: 'a', count: 9, perNm2: 0.1, errorPerNm2: 0.03, below95PerNm2: null };
    const levelled = { valid: ones(ROWS * COLUMNS) };
    const of = (areaNm2: number | null) => reportOf(levelled, { counts: [{ ...count, areaNm2 }] });
    expect(of(90.004)).toContain('>per nm² over 90 nm² (± Poisson)<');
    expect(of(null)).toContain('>per nm² (± Poisson)<');
  });

  test('in square micrometres from one on', () => {
    const count = { label: 'a', count: 9, perNm2: 0.1, errorPerNm2: 0.03, below95PerNm2: null };
    const levelled = { valid: ones(ROWS * COLUMNS) };
    const of = (pixelXNm: number) =>
      reportOf(levelled, {
        searchedFraction: 1,
        pixelXNm,
        counts: [{ ...count, areaNm2: pixelXNm * 2 * ROWS * COLUMNS }],
      });
    expect(of(24.9)).toContain('Searched for defects: 996000 nm², ');
    expect(of(25)).toContain('Searched for defects: 1 µm², ');
    expect(of(62.5)).toContain('>per nm² over 2.5 µm² (± Poisson)<');
  });

  test('measured, where nothing was searched', () => {
    const report = reportOf({ valid: ones(10_000), stepEdges: ones(1000) });
    expect(report).toContain(
      'Measured: 20000 nm², 50.0 % of the scan. Left out: not measured 50.0 %.',
    );
  });

  test('only the share, where the size is not known', () => {
    const levelled = { valid: ones(ROWS * COLUMNS) };
    const report = reportOf(levelled, { searchedFraction: 1, pixelXNm: null });
    expect(report).toContain('<p>Searched for defects: 100.0 % of the scan.</p>');
  });
});
