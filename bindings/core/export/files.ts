import type { ClassCount, Defect, Prepared } from '../pipeline.ts';
import type { Scan, Step } from '../scan.ts';
import { version } from '../version.ts';
import { type DefectRow, writeDefectsCsv } from './csv.ts';
import { writeResultJson } from './json.ts';
import { writeNpy } from './npy.ts';
import { renderOverlay } from './overlay.ts';
import { writeGreyPng, writeRgbPng } from './png.ts';
import { type ReportTruth, writeReport } from './report.ts';

/** Everything a finished run knows, on the file's own grid. */
export interface RunResult {
  command: string;
  options: Record<string, unknown>;
  input: { file: string; sha256: string };
  scan: Scan;
  prepared: Prepared;
  /** Absent when the caller gave the positions. */
  mask?: Uint8Array;
  regionIds?: Int32Array;
  defects: Defect[];
  /** One per defect; '' before naming. */
  labels: string[];
  /** One per defect, null before naming. */
  confidence: (number | null)[];
  classes: string[];
  counts: ClassCount[];
  network: { name: string; sha256: string | null } | null;
  steps: Step[];
  warnings: string[];
  truth?: ReportTruth;
}

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

  const classIndex = labels.map((label) => classes.indexOf(label));
  const overlay = renderOverlay({
    heights: heightsOnFileGrid(prepared),
    rows,
    columns,
    pixelNm: prepared.pixelXNm,
    colormap: 'afmhot',
    classes,
    ...(regionIds
      ? { regionLabels: regionIds, classOfRegion: (id: number) => classIndex[id - 1] }
      : { points: defects.map(({ x, y }, index) => ({ x, y, classIndex: classIndex[index] })) }),
  });
  const overlayPng = writeRgbPng(overlay.rgb, overlay.rows, overlay.columns);
  files.push(['overlay.png', overlayPng]);
  files.push(['report.html', writeReport(result, overlayPng)]);
  files.push(['result.json', writeResultJson(summary(result))]);
  return files;
}

function defectRows({ prepared, defects, labels, confidence }: RunResult): DefectRow[] {
  const { pixelXNm, pixelYNm } = prepared;
  return defects.map((defect, index) => ({
    id: defect.id,
    xPx: defect.x,
    yPx: defect.y,
    xNm: pixelXNm === null ? null : defect.x * pixelXNm,
    yNm: pixelYNm === null ? null : defect.y * pixelYNm,
    areaPx: defect.areaPx,
    areaNm2: defect.areaNm2,
    label: labels[index],
    confidence: confidence[index],
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
      biasV: scan.channels[0].biasV,
      setpointA: scan.channels[0].setpointA,
      angleDeg: scan.channels[0].angleDeg,
    },
    network: result.network,
    defects: result.defects.length,
    counts: result.counts,
    steps: result.steps,
    warnings: result.warnings,
  };
}

/** The levelled first channel, nearest working pixel for each of the file's: for the picture only. */
function heightsOnFileGrid({ levelled, rows, columns }: Prepared): Float32Array {
  const plane = levelled.planes[0];
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
