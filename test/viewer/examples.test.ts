import { describe, expect, test } from 'vitest';
import { writeDefectsCsv } from '../../bindings/core/export/csv.ts';
import { FormatError, SupportError } from '../../bindings/core/index.ts';
import { readExamples } from '../../bindings/web/viewer/examples.ts';

const size = { rows: 20, columns: 40 };

describe('examples from a table', () => {
  test('are its rows with a name of their own, of what is no defect too', () => {
    const text = 'label,x_px,y_px\nhole,39.4,3\n not a defect ,0,19\n';
    expect(readExamples(text, 'a.csv', size)).toEqual([
      { x: 39.4, y: 3, label: 'hole' },
      { x: 0, y: 19, label: 'not a defect' },
    ]);
  });

  test('leave out what has no class in a table of defects', () => {
    const labels = ['', 'unknown', 'too large', 'defect', 'hole'];
    const defects = labels.map((label, i) => ({
      ...{ id: i + 1, xPx: i, yPx: 2, xNm: null, yNm: null, areaPx: 9, areaNm2: null },
      ...{ label, confidence: null },
    }));
    const examples = readExamples(writeDefectsCsv(defects), 'defects.csv', size);
    expect(examples).toEqual([{ x: 4, y: 2, label: 'hole' }]);
  });

  test.each([
    [
      'x_px,y_px,label\n1,2,hole\n40,3,hole\n',
      SupportError,
      /^a\.csv, line 3: \(40, 3\) is outside/,
    ],
    ['x_px,y_px,label\n1,2,hole\n1,two,hole\n', FormatError, /^a\.csv, line 3: .*found 'two'/],
    ['x,y,label\n1,2,hole\n', FormatError, /expected columns x_px and y_px/],
    ['x_px,y_px\n1,2\n', SupportError, /^a\.csv: expected a label/],
    ['x_px,y_px,label\n1,2,unknown\n', SupportError, /^a\.csv: expected a label/],
  ])('that cannot be used are refused with the line: %j', (text, error, message) => {
    const read = () => readExamples(text, 'a.csv', size);
    expect(read).toThrow(error);
    expect(read).toThrow(message);
  });
});
