import type { ClassCount } from '../counts.ts';
import type { Description } from '../describe.ts';
import { labelText } from '../label-words.ts';
import { measuredPlane } from '../measured-plane.ts';
import type { Defect } from '../pipeline.ts';
import type { Prepared } from '../prepared.ts';
import type { Scan, Step } from '../scan.ts';
import { defaultColour } from '../session/palette.ts';
import { version } from '../version.ts';
import { type DefectRow, writeDefectsCsv } from './csv.ts';
import { described, describedColumns } from './described.ts';
import { writeResultJson } from './json.ts';
import { type MarkStyle, markStyle } from './marks.ts';
import { writeNpy } from './npy.ts';
import { renderOverlay } from './overlay.ts';
import { writeGreyPng, writeRgbPng } from './png.ts';
import { type ReportTruth, writeReport } from './report.ts';

/** Everything a finished run knows, on the file's own grid. */
export interface RunResult {
  command: string;
  options: Record<string, unknown>;
  input: { file: string; sha256: string };
  /** Every other file that was read: what it was for, its name and hash. */
  otherInputs: { role: string; file: string; sha256: string }[];
  scan: Scan;
  prepared: Prepared;
  /** Absent when the caller gave the positions. */
  mask?: Uint8Array;
  regionIds?: Int32Array;
  /** As find() gives it; absent when the caller gave the positions. */
  searchedFraction?: number;
  defects: Defect[];
  /** One per defect; '' before naming. */
  labels: string[];
  /** One per defect, null before naming and where there was nothing to compare with. */
  confidence: (number | null)[];
  /** One per defect, as confidence: how much its label would tell. */
  doubt?: (number | null)[];
  classes: string[];
  /** Of each class, '#rrggbb', for the picture; default: the palette. */
  colours?: readonly string[];
  counts: ClassCount[];
  network: { name: string; sha256: string | null } | null;
  steps: Step[];
  warnings: string[];
  truth?: ReportTruth;
  /** The scan's lattices and each defect's shape and site, in the order of `defects`. */
  description?: Description;
}

/** Every name runFiles may use: what a run does not write, it must not leave from an earlier one. */
export const runFileNames: readonly string[] = [
  'mask.npy',
  'mask.png',
  'defects.csv',
  'overlay.png',
  'report.html',
  'result.json',
];

export type OutputFile = readonly [name: string, content: Uint8Array | string];

/**
 * The files of one run, in the order to be written: the pictures and tables first and
 * result.json, which vouches for them, last.
 */
export function runFiles(result: RunResult): OutputFile[] {
  const { prepared, mask, regionIds, defects, labels, classes } = result;
  const { rows, columns } = prepared;
  const files: OutputFile[] = [];
  if (mask) {
    files.push(['mask.npy', writeNpy(mask, [rows, columns])]);
    files.push([
      'mask.png',
      writeGreyPng(
        mask.map((value) => value * 255),
        rows,
        columns,
      ),
    ]);
  }
  files.push(['defects.csv', writeDefectsCsv(defectRows(result))]);

  // What has no class is shown like one, after them; what has no name before what was set aside.
  const nameless = labels.filter((label) => label === '');
  const shown = [...new Set([...classes, ...nameless, ...labels].map(labelText))];
  const classIndex = labels.map((label) => shown.indexOf(labelText(label)));
  const classOf = new Map(defects.map(({ id }, i) => [id, classIndex[i]]));
  const square = squarePixels(prepared);
  const overlay = renderOverlay({
    heights: square.stretch(heightsOnFileGrid(prepared)),
    rows: square.rows,
    columns,
    pixelNm: prepared.pixelXNm,
    colormap: 'afmhot',
    classes: shown,
    styles: stylesOf(shown, result),
    ...(regionIds
      ? {
          regionLabels: square.stretch(regionIds),
          classOfRegion: (id: number) => classOf.get(id) ?? -1,
        }
      : {
          points: defects.map(({ x, y }, index) => ({
            x,
            y: (y + 0.5) * (square.rows / rows) - 0.5,
            classIndex: classIndex[index],
          })),
        }),
  });
  const overlayPng = writeRgbPng(overlay.rgb, overlay.rows, overlay.columns);
  files.push(['overlay.png', overlayPng]);
  files.push(['report.html', writeReport(result, overlayPng)]);
  files.push(['result.json', writeResultJson(summary(result))]);
  return files;
}

/**
 * Marks of classes and of what has none, as the viewer shows them. Where there is no class at all, what was
 * found has the first colour: an outline as white as a bright defect would not be seen on the picture.
 */
function stylesOf(shown: readonly string[], { classes, colours }: RunResult): MarkStyle[] {
  const known = classes.length > 0 ? classes : [labelText('')];
  const styles = known.map((name, i) => ({ name, colour: colours?.[i] ?? defaultColour(i) }));
  return shown.map((text) => markStyle({ classes: styles }, text));
}

/** A row of the table of defects for each defect. */
export function defectRows({
  prepared,
  defects,
  labels,
  confidence,
  doubt,
  description,
}: Pick<
  RunResult,
  'prepared' | 'defects' | 'labels' | 'confidence' | 'doubt' | 'description'
>): DefectRow[] {
  const { pixelXNm, pixelYNm } = prepared;
  return defects.map((defect, index) => ({
    ...describedColumns(description?.defects[index]),
    id: defect.id,
    xPx: defect.x,
    yPx: defect.y,
    xNm: pixelXNm === null ? null : defect.x * pixelXNm,
    yNm: pixelYNm === null ? null : defect.y * pixelYNm,
    areaPx: defect.areaPx,
    areaNm2: defect.areaNm2,
    label: labels[index],
    confidence: confidence[index],
    doubt: doubt?.[index] ?? null,
  }));
}

/** The record of a run: versions, options, every step, the input's hash and the counts. */
function summary(result: RunResult): Record<string, unknown> {
  const { scan, prepared } = result;
  return {
    adatom: version,
    command: result.command,
    options: result.options,
    input: {
      ...result.input,
      format: scan.format,
      rows: prepared.rows,
      columns: prepared.columns,
      pixelXNm: prepared.pixelXNm,
      pixelYNm: prepared.pixelYNm,
      channels: prepared.channels,
    },
    otherInputs: result.otherInputs,
    network: result.network,
    defects: result.defects.length,
    ...(result.description ? described(result.description) : {}),
    touchingBorder: idsOf(result, ({ touchesBorder }) => touchesBorder),
    tooLarge: idsOf(result, ({ tooLarge }) => tooLarge),
    counts: result.counts,
    steps: result.steps,
    warnings: result.warnings,
  };
}

function idsOf({ defects }: RunResult, has: (defect: Defect) => boolean): number[] {
  return defects.filter(has).map(({ id }) => id);
}

/** Rows repeated or left out so that a picture's pixels are square, as the surface is. */
function squarePixels({ rows, columns, pixelXNm, pixelYNm }: Prepared) {
  const ratio = pixelXNm && pixelYNm ? pixelYNm / pixelXNm : 1;
  const outRows = Math.max(1, Math.round(rows * ratio));
  const stretch = <T extends Float32Array | Int32Array>(pixels: T): T => {
    if (outRows === rows) return pixels;
    const stretched = new (pixels.constructor as new (length: number) => T)(outRows * columns);
    for (let y = 0; y < outRows; y++) {
      const from = Math.min(rows - 1, Math.floor((y + 0.5) / ratio)) * columns;
      stretched.set(pixels.subarray(from, from + columns), y * columns);
    }
    return stretched;
  };
  return { rows: outRows, stretch };
}

/** The levelled first channel, nearest working pixel for each of the file's: for the picture only. */
function heightsOnFileGrid({ levelled, rows, columns }: Prepared): Float32Array {
  const plane = measuredPlane(levelled, 0);
  if (levelled.rows === rows && levelled.columns === columns) return plane;
  const out = new Float32Array(rows * columns);
  for (let y = 0; y < rows; y++) {
    const row = Math.min(levelled.rows - 1, Math.floor((y + 0.5) * levelled.scaleY));
    for (let x = 0; x < columns; x++) {
      const column = Math.min(levelled.columns - 1, Math.floor((x + 0.5) * levelled.scaleX));
      out[y * columns + x] = plane[row * levelled.columns + column];
    }
  }
  return out;
}
