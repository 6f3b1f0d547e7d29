import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  AdatomError,
  defaultCrop,
  findDefects,
  type LabelledScan,
  prepare,
  snapToDefects,
} from '../index.ts';
import type { Context } from './commands/command.ts';
import { readSupport } from './points.ts';
import { readSegmenter } from './scan-options.ts';

/** Every scan of a folder that has a NAME.labels.csv beside it, ready to train on. */
export function readLabelledScans(
  { kernels, files, report }: Context,
  folder: string,
  gain: number,
): { scans: LabelledScan[]; gain: number } {
  if (!existsSync(folder)) throw new AdatomError(`--from ${folder}: no such folder.`);
  if (!statSync(folder).isDirectory()) {
    throw new AdatomError(`--from ${folder}: is a file, expected a folder.`);
  }
  const names = readdirSync(folder).sort();
  const segmenter = readSegmenter();
  const scans = names.flatMap((name): LabelledScan[] => {
    const labels = name.replace(/\.[^.]*$/, '.labels.csv');
    if (name.endsWith('.csv') || !names.includes(labels)) return [];
    const { scan } = files.readScan('scan', join(folder, name), {});
    const prepared = prepare(kernels, scan, {}, { onProgress: report.progress });
    const { levelled } = prepared;
    const support = readSupport(files, 'labels', join(folder, labels), prepared);
    const found = findDefects(
      kernels,
      prepared,
      { segmenter, support },
      { onProgress: report.progress },
    );
    const points = snapToDefects(support, prepared, found).map(({ x, y, label }) => ({
      x: (x + 0.5) * levelled.scaleX - 0.5,
      y: (y + 0.5) * levelled.scaleY - 0.5,
      label,
    }));
    const cropPx = defaultCrop(prepared, support).value * levelled.scaleX;
    const { planes, rows, columns } = levelled;
    return [{ name, planes, rows, columns, points, cropPx }];
  });
  if (scans.length === 0) {
    throw new AdatomError(
      `--from ${folder}: expected scans with a NAME.labels.csv beside each, found none.`,
    );
  }
  return { scans, gain };
}
