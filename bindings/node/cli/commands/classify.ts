import {
  classifyDefects,
  countLabels,
  type Defect,
  defaultCrop,
  findDefects,
  methodNames,
  type Prepared,
  prepare,
  runFiles,
  snapToDefects,
  TOO_LARGE,
} from '../../index.ts';
import { writeAll } from '../output.ts';
import { checkInside, readPoints, readSupport } from '../points.ts';
import { echoOptions, printCounts } from '../print.ts';
import { embedOptions, readCrop, readInput, readNetwork, scanOptions } from '../scan-options.ts';
import { readSegmentOptions, segmentOptions } from '../segment-options.ts';
import type { Command } from './command.ts';

/** `adatom classify SCAN --support SUPPORT.csv --out DIR`: find the defects and name them. */
export const classify: Command = {
  name: 'classify',
  summary: 'name every defect from a few labelled examples',
  positionals: ['SCAN'],
  options: {
    support: { value: 'CSV', required: true, help: 'examples: columns x_px, y_px, label' },
    at: { value: 'CSV', help: 'name these points (x_px, y_px) instead of segmenting' },
    ...scanOptions,
    ...embedOptions,
    ...segmentOptions,
    method: {
      value: methodNames.join('|'),
      help: 'how a defect is compared with the examples (default prototypical)',
    },
    segment: { value: 'pixels|features|upsampled', help: 'how defects are found (default pixels)' },
    'no-reject': { help: 'always name the nearest class, never "unknown"' },
    out: { value: 'DIR', required: true, help: 'folder for the results' },
  },
  example: 'adatom classify scan.sxm --support support.csv --out result',
  run(given, context) {
    const { kernels, report } = context;
    const naming = {
      ...readCrop(given),
      method: given.oneOf('method', methodNames) ?? 'prototypical',
      reject: !given.flag('no-reject'),
    };
    const segmentation = readSegmentOptions(given, 'segment');
    const input = readInput(given.positionals[0], given);
    const supportPath = given.text('support') as string;
    const support = readSupport(supportPath);
    const network = readNetwork(kernels, given);
    if (network.sha256 !== null) segmentation.network = network.layers;
    const run = { onProgress: report.progress };

    const prepared = prepare(kernels, input.scan, input.options, run);
    checkInside(supportPath, readPoints(supportPath), prepared.rows, prepared.columns);
    const found =
      given.text('at') === undefined
        ? findDefects(kernels, prepared, segmentation, run)
        : undefined;
    const defects = found?.defects ?? pointsAsDefects(given.text('at') as string, prepared);
    const named = classifyDefects(
      kernels,
      prepared,
      network,
      defects,
      found ? snapToDefects(support, prepared, found) : support,
      { crop: defaultCrop(prepared, found), ...naming },
      run,
    );
    const labels = named.labels.map((label, i) => (defects[i].tooLarge ? TOO_LARGE : label));
    const counts = countLabels(labels, named.classes, prepared);
    const warnings = [...input.scan.warnings, ...prepared.levelled.warnings];
    if (network.sha256 === null) {
      warnings.push(`no weights were given, so defects were compared by an ${network.name}.`);
    }
    const out = given.text('out') as string;
    writeAll(
      out,
      runFiles({
        command: 'classify',
        options: echoOptions(given, this.options),
        input: { file: input.scan.name, sha256: input.sha256 },
        scan: input.scan,
        prepared,
        ...(found ? { mask: found.mask, regionIds: found.regionIds } : {}),
        defects,
        labels,
        confidence: Array.from(named.confidence, (value, i) =>
          defects[i].tooLarge ? null : value,
        ),
        classes: named.classes,
        counts,
        network: { name: network.name, sha256: network.sha256 },
        steps: [...prepared.levelled.steps, ...(found?.steps ?? []), ...named.steps],
        warnings,
      }),
    );
    report.done();
    for (const warning of warnings) report.warn(warning);
    printCounts(context, counts, out);
  },
};

/** Points the caller marked, as defects of unknown extent. */
function pointsAsDefects(path: string, prepared: Prepared): Defect[] {
  const points = readPoints(path);
  checkInside(path, points, prepared.rows, prepared.columns);
  return points.map(({ x, y }, index) => ({
    id: index + 1,
    x,
    y,
    areaPx: null,
    areaNm2: null,
    box: { left: Math.round(x), top: Math.round(y), right: Math.round(x), bottom: Math.round(y) },
    touchesBorder: false,
    tooLarge: false,
  }));
}
