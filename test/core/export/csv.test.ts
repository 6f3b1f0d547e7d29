import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../../../bindings/core/errors.ts';
import {
  readPointsCsv,
  writeDefectsCsv,
  writePointsCsv,
} from '../../../bindings/core/export/csv.ts';

describe('writeDefectsCsv', () => {
  const row = {
    id: 1,
    xPx: 12.345,
    yPx: 0,
    xNm: 1.23456,
    yNm: 0,
    areaPx: 17,
    areaNm2: 0.265625,
    label: 'vacancy',
    confidence: 0.98765,
  };

  it('writes the header alone when there are no defects', () => {
    const first = 'id,x_px,y_px,x_nm,y_nm,area_px,area_nm2,label,confidence';
    const shape = 'height_nm,contour_area_nm2,volume_nm3,orientation_deg,elongation';
    const site = 'lattice,site_i,site_j,site_u,site_v';
    expect(writeDefectsCsv([])).toBe(`${first},${shape},${site},doubt\n`);
  });

  it('writes fixed decimals, and nothing for what is not known', () => {
    const unknown = { ...row, id: 2, xNm: null, yNm: null, areaNm2: null, confidence: null };
    const lines = writeDefectsCsv([row, unknown]).split('\n');
    expect(lines[1]).toMatch(
      /^1,12\.3[45],0\.00,1\.235,0\.000,17,0\.2656,vacancy,0\.987[67],{11}$/,
    );
    expect(lines[2]).toMatch(/^2,12\.3[45],0\.00,,,17,,vacancy,,{11}$/);
    expect(lines).toHaveLength(4);
  });

  it('puts shape, site and doubt last', () => {
    const shape = { heightNm: -0.0123, contourAreaNm2: 0.5, volumeNm3: -0.004 };
    const form = { orientationDeg: -33.33, elongation: 1.25 };
    const site = { lattice: 1, siteI: -12, siteJ: null, siteU: 0.25, siteV: null };
    const all = { ...row, ...shape, ...form, ...site, doubt: 0.25 };
    const [, line] = writeDefectsCsv([all]).split('\n');
    expect(line).toMatch(/,-0\.0123,0\.5000,-0\.004000,-33\.3,1\.250,1,-12,,0\.250,,0\.2500$/);
  });

  it('quotes labels that hold commas, quotes or lines', () => {
    const [, line] = writeDefectsCsv([{ ...row, label: 'a "b", c' }]).split('\n');
    expect(line).toContain(',"a ""b"", c",');
  });
});

describe('readPointsCsv', () => {
  it('reads back what was written, whatever the labels hold', () => {
    const point = fc.record({
      x: fc.integer({ min: -99999, max: 99999 }).map((n) => n / 100),
      y: fc.integer({ min: -99999, max: 99999 }).map((n) => n / 100),
      label: fc
        .string({ unit: fc.constantFrom('a', 'µ', '"', ',', ';', '\n', ' ', '\t', "'", '😀') })
        .map((text) => text.trim() || null),
    });
    fc.assert(
      fc.property(fc.array(point), (points) => {
        const read = readPointsCsv(writePointsCsv(points), 'p.csv');
        expect(read.map(({ x, y, label }) => ({ x, y, label }))).toEqual(
          // -0 is written as 0
          points.map(({ x, y, label }) => ({ x: x + 0, y: y + 0, label })),
        );
      }),
    );
  });

  const expected = [
    { x: 1.5, y: 2, label: 'a' },
    { x: 3, y: 40, label: null },
  ];
  it.each([
    ['plain', 'x_px,y_px,label\n1.5,2,a\n3,4e1,\n'],
    ['another order and more columns', 'label,id,Y_PX , X_px\na,7,2,1.5\n,8,40,3'],
    ['byte order mark and CRLF', '\uFEFFx_px,y_px,label\r\n1.5,2,a\r\n3,40,\r\n'],
    ['semicolons and decimal commas', 'x_px;y_px;label\n1,5;2;a\n3;40;\n'],
    ['tabs', 'x_px\ty_px\tlabel\n1.5\t2\ta\n3\t40\t\n'],
    ['quotes, blank lines and missing fields', '"x_px","y_px","label"\n\n"1.5",2," a "\n \n3,40\n'],
    ['old Mac and mixed line ends', 'x_px,y_px,label\r1.5,2,a\r\n3,40,\n'],
  ])('tolerates %s', (_, text) => {
    const read = readPointsCsv(text, 'p.csv');
    expect(read.map(({ x, y, label }) => ({ x, y, label }))).toEqual(expected);
  });

  it('reads no points and no labels', () => {
    expect(readPointsCsv('x_px,y_px\n', 'p.csv')).toEqual([]);
    expect(readPointsCsv('x_px,y_px\n1,2', 'p.csv')).toEqual([
      { x: 1, y: 2, label: null, line: 2 },
    ]);
  });

  it.each([
    ['', 1, 0, 'nothing', 'columns x_px and y_px'],
    ['\uFEFF\n \n', 1, 0, 'nothing', 'columns x_px and y_px'],
    ['x,y\n1,2\n', 1, 0, "columns 'x', 'y'", 'columns x_px and y_px'],
    ['x_px,y_px\n1,2\n1,abc\n', 3, 14, "'abc'", 'a number in y_px'],
    ['x_px,y_px\r\n1,2\r\n,1\r\n', 3, 16, 'nothing', 'a number in x_px'],
    ['x_px,y_px\n1\n', 2, 10, 'nothing', 'a number in y_px'],
    ['x_px,y_px\n1,NaN\n', 2, 10, "'NaN'", 'a number in y_px'],
    ['x_px,y_px\n1,1e999\n', 2, 10, "'1e999'", 'a number in y_px'],
    ['x_px,y_px\n1,0x10\n', 2, 10, "'0x10'", 'a number in y_px'],
    // The quoted label spans two lines, and µ takes two bytes.
    ['x_px,y_px,label\n1,2,"µ\nb"\nq,1,c\n', 4, 27, "'q'", 'a number in x_px'],
  ])('names line and byte of %j', (text, line, offset, found, expectation) => {
    let error: unknown;
    try {
      readPointsCsv(text, 'p.csv');
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(FormatError);
    expect(error).toMatchObject({ file: `p.csv, line ${line}`, offset, found });
    expect((error as FormatError).expected).toContain(expectation);
  });
});
