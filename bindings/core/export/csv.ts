/// <reference path="./papaparse.d.ts" />
import Papa from 'papaparse/papaparse.js';
import { FormatError } from '../errors.ts';

/** One defect of a result table. Positions from the centre of the top-left pixel; null is unknown. */
export interface DefectRow {
  id: number;
  xPx: number;
  yPx: number;
  xNm: number | null;
  yNm: number | null;
  areaPx: number | null;
  areaNm2: number | null;
  label: string;
  /** 0..1 */
  confidence: number | null;
  /** How much its label would tell, 0..1. */
  doubt?: number | null;
  /** Form and lattice site, where they were measured; see DefectShape and LatticeSite. */
  heightNm?: number | null;
  contourAreaNm2?: number | null;
  volumeNm3?: number | null;
  orientationDeg?: number | null;
  elongation?: number | null;
  /** From 1, as the report lists them. */
  lattice?: number | null;
  siteI?: number | null;
  siteJ?: number | null;
  siteU?: number | null;
  siteV?: number | null;
}

/** A position a person marked, in the scan's own pixels. */
export interface PointRow {
  x: number;
  y: number;
  /** null when the table has no label column or this field is empty. */
  label: string | null;
  /** Line of the table, from 1. */
  line: number;
}

/** New columns come last: programs that count them go on working. */
const HEADER = [
  'id,x_px,y_px,x_nm,y_nm,area_px,area_nm2,label,confidence',
  'height_nm,contour_area_nm2,volume_nm3,orientation_deg,elongation',
  'lattice,site_i,site_j,site_u,site_v',
  'doubt',
].join(',');
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** A table of defects: UTF-8 text, one header line, lines end in LF, fields quoted as in RFC 4180. */
export function writeDefectsCsv(defects: readonly DefectRow[]): string {
  const lines = defects.map((defect) =>
    [
      String(defect.id),
      decimals(defect.xPx, 2),
      decimals(defect.yPx, 2),
      decimals(defect.xNm, 3),
      decimals(defect.yNm, 3),
      decimals(defect.areaPx, 0),
      decimals(defect.areaNm2, 4),
      quote(defect.label),
      decimals(defect.confidence, 4),
      decimals(defect.heightNm, 4),
      decimals(defect.contourAreaNm2, 4),
      decimals(defect.volumeNm3, 6),
      decimals(defect.orientationDeg, 1),
      decimals(defect.elongation, 3),
      decimals(defect.lattice, 0),
      decimals(defect.siteI, 0),
      decimals(defect.siteJ, 0),
      decimals(defect.siteU, 3),
      decimals(defect.siteV, 3),
      decimals(defect.doubt, 4),
    ].join(','),
  );
  return `${[HEADER, ...lines].join('\n')}\n`;
}

/** A table of positions, `x_px,y_px` and, when any point has one, `label`. */
export function writePointsCsv(
  points: readonly { x: number; y: number; label?: string | null }[],
): string {
  const labelled = points.some((point) => point.label != null);
  const lines = points.map((point) => {
    const position = [point.x, point.y].map((at) => Number(at.toFixed(2))).join(',');
    return labelled ? `${position},${quote(point.label ?? '')}` : position;
  });
  return `${[labelled ? 'x_px,y_px,label' : 'x_px,y_px', ...lines].join('\n')}\n`;
}

/**
 * Positions and labels from a table with columns x_px, y_px and perhaps label, in any order and
 * beside any others. Fields are separated by commas, semicolons (then 1,5 is a number too) or tabs,
 * as spreadsheets write them. Throws FormatError, which names the file's line.
 */
export function readPointsCsv(text: string, name: string): PointRow[] {
  const fail = (line: number, found: string, expected: string): never => {
    throw new FormatError(`${name}, line ${line}`, lineOffset(text, line), found, expected);
  };
  const { rows, decimalComma } = parse(text);
  const header = rows.shift() ?? fail(1, 'nothing', 'a header with columns x_px and y_px');
  const titles = header.fields.map((field) => field.trim().toLowerCase());
  const x = titles.indexOf('x_px');
  const y = titles.indexOf('y_px');
  const label = titles.indexOf('label');
  if (x < 0 || y < 0) {
    const found = `columns ${titles.map((title) => `'${title}'`).join(', ')}`;
    fail(header.line, found, 'columns x_px and y_px');
  }
  function coordinate(row: TableRow, column: number): number {
    const field = (row.fields[column] ?? '').trim();
    const number = decimalComma ? field.replace(',', '.') : field;
    if (!NUMBER.test(number) || !Number.isFinite(Number(number))) {
      fail(row.line, field === '' ? 'nothing' : `'${field}'`, `a number in ${titles[column]}`);
    }
    return Number(number);
  }
  return rows.map((row) => ({
    x: coordinate(row, x),
    y: coordinate(row, y),
    label: (label >= 0 && row.fields[label]?.trim()) || null,
    line: row.line,
  }));
}

interface TableRow {
  fields: string[];
  /** Where the row starts, from 1: a quoted field may span lines. */
  line: number;
}

/** Rows that hold anything. */
function parse(file: string): { rows: TableRow[]; decimalComma: boolean } {
  const text = file.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
  const firstLine = text.slice(0, text.search(/\n|$/));
  const delimiter = [';', '\t'].find((mark) => firstLine.includes(mark)) ?? ',';
  const rows: TableRow[] = [];
  let line = 1;
  let read = 0;
  Papa.parse(text, {
    delimiter,
    newline: '\n',
    step({ data: fields, meta }) {
      if (fields.some((field) => field.trim() !== '')) rows.push({ fields, line });
      line += text.slice(read, meta.cursor).split('\n').length - 1;
      read = meta.cursor;
    },
  });
  return { rows, decimalComma: delimiter === ';' };
}

/** Byte of a UTF-8 file at which a line, from 1, begins. */
function lineOffset(text: string, line: number): number {
  const before = text.split(/(?<=\r\n|\n|\r(?!\n))/).slice(0, line - 1);
  let bytes = 0;
  for (const character of before.join('')) {
    const code = character.codePointAt(0)!;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}

/** Fixed decimals; an empty field for what is not known. */
function decimals(value: number | null | undefined, digits: number): string {
  return value == null || !Number.isFinite(value) ? '' : value.toFixed(digits);
}

function quote(field: string): string {
  return /[",\r\n]|^\s|\s$/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
