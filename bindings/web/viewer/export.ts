import { type LabelledScan, writeCoco } from '../../core/export/coco.ts';
import { writeGreyPng } from '../../core/export/png.ts';
import { writeSvg } from '../../core/export/svg.ts';
import { type Defect, onlyRegions, TOO_LARGE, UNKNOWN } from '../../core/index.ts';
import { NOT_A_DEFECT } from '../../core/session/index.ts';
import { element } from './dom.ts';
import { markStyle } from './marks.ts';
import { Picture, percentile, spreadOf, WHOLE } from './picture.ts';
import type { Workbench } from './workbench.ts';

export const EXPORT_FORMATS = ['csv', 'json', 'png', 'svg', 'coco', 'mask', 'report'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export interface ExportedFile {
  name: string;
  type: string;
  content: string | Uint8Array;
}

/** The files that the engine writes, the same as the command line's. */
const FROM_ENGINE = {
  csv: { file: 'defects.csv', suffix: '.defects.csv', type: 'text/csv' },
  json: { file: 'result.json', suffix: '.result.json', type: 'application/json' },
  png: { file: 'overlay.png', suffix: '.overlay.png', type: 'image/png' },
  report: { file: 'report.html', suffix: '.report.html', type: 'text/html' },
} as const;

/** One file of the result as it stands; candidates that are no defects are left out. */
export async function exportResult(bench: Workbench, format: ExportFormat): Promise<ExportedFile> {
  const stem = bench.input.file.replace(/\.[^.]+$/, '');
  switch (format) {
    case 'coco': {
      const content = writeCoco([labelledScan(bench)]);
      return { name: `${stem}.coco.json`, type: 'application/json', content };
    }
    case 'svg':
      return { name: `${stem}.svg`, type: 'image/svg+xml', content: await svgOf(bench) };
    case 'mask':
      return { name: `${stem}.classes.png`, type: 'image/png', content: classMask(bench) };
    default: {
      const { file, suffix, type } = FROM_ENGINE[format];
      return { name: `${stem}${suffix}`, type, content: await engineFile(bench, file) };
    }
  }
}

/** What counts as a defect, with its label. */
function counted({ candidates, naming }: Workbench) {
  const kept = candidates.defects.flatMap((_, i) => (naming.labels[i] === NOT_A_DEFECT ? [] : [i]));
  const known = (values: Float32Array) =>
    kept.map((i) => (Number.isFinite(values[i]) ? values[i] : null));
  return {
    defects: kept.map((i) => candidates.defects[i]),
    labels: kept.map((i) => naming.labels[i] ?? ''),
    confidence: known(naming.confidence),
    doubt: known(naming.doubt),
  };
}

/** One scan with its labelled defects, as COCO has it. */
export function labelledScan(bench: Workbench): LabelledScan {
  const { rows, columns } = bench.prepared!;
  const { defects, labels } = counted(bench);
  return {
    file: bench.input.file,
    rows,
    columns,
    regionIds: regionsOf(bench, defects),
    defects,
    labels,
    classes: bench.labelling.classes.map(({ name }) => name),
  };
}

/** Region ids without those of candidates that do not count. */
function regionsOf({ candidates, prepared }: Workbench, defects: readonly Defect[]): Int32Array {
  if (candidates.regionIds.length === 0) return new Int32Array(prepared!.rows * prepared!.columns);
  if (defects.length === candidates.defects.length) return candidates.regionIds;
  return onlyRegions(candidates.regionIds, defects);
}

async function engineFile(bench: Workbench, wanted: string): Promise<string | Uint8Array> {
  const { prepared, found, labelling, naming, handle } = bench;
  const { defects, labels, confidence, doubt } = counted(bench);
  const regionIds = regionsOf(bench, defects);
  const { library } = labelling;
  const files = await handle.files({
    command: 'viewer',
    options: { ...labelling.options, ...(library ? { library: library.sources } : {}) },
    otherInputs: [],
    mask: Uint8Array.from(regionIds, (id) => (id > 0 ? 1 : 0)),
    regionIds,
    ...(found ? { searchedFraction: found.searchedFraction } : {}),
    defects,
    labels,
    confidence,
    doubt,
    classes: labelling.classes.map(({ name }) => name),
    colours: labelling.classes.map(({ colour }) => colour),
    counts: bench.counts,
    steps: [...prepared!.steps, ...(found?.steps ?? []), ...naming.steps],
    warnings: [...prepared!.warnings, ...(found?.warnings ?? []), ...bench.warnings],
    describe: true,
  });
  return files.find(([name]) => name === wanted)![1];
}

/**
 * 0 where lattice, else the class's number, from 1 in the order of the classes; unknown, too large and
 * what nobody has named follow. 8 bits grey.
 */
function classMask(bench: Workbench): Uint8Array {
  const { rows, columns, regionIds, defects, labels, classes } = labelledScan(bench);
  const numbers = [...classes, UNKNOWN, TOO_LARGE, ''];
  const numberOf = new Map(defects.map(({ id }, i) => [id, numbers.indexOf(labels[i]) + 1]));
  return writeGreyPng(
    Uint8Array.from(regionIds, (id) => numberOf.get(id) ?? 0),
    rows,
    columns,
  );
}

/** The levelled scan in grey with outlines that can be edited. */
async function svgOf(bench: Workbench): Promise<string> {
  const { prepared, labelling } = bench;
  const { pixelXNm, pixelYNm, channels } = prepared!;
  const plane = await bench.plane(channels[0].name);
  const spread = spreadOf(plane);
  const picture = new Picture();
  await picture.paint(plane, percentile(spread, 1), percentile(spread, 99), 'afmhot');
  const { rows, columns } = plane;
  const canvas = element('canvas', { width: columns, height: rows });
  const to = { left: 0, top: 0, width: columns, height: rows };
  picture.draw(canvas.getContext('2d')!, WHOLE, to);
  const blob = await new Promise<Blob | null>((resolve) => {
    canvas.toBlob(resolve);
  });
  return writeSvg({
    ...labelledScan(bench),
    png: new Uint8Array(await blob!.arrayBuffer()),
    pixelXNm,
    pixelYNm,
    styleOf: (label) => markStyle(labelling, label),
  });
}
