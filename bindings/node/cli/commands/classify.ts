import {
  classifyDefects,
  type Defect,
  NOT_A_DEFECT,
  type PointRow,
  prepare,
  snapToDefects,
} from '../../index.ts';
import { find, findingOptions, readWorkers } from '../find.ts';
import { finish } from '../finish.ts';
import { nameOptions, readNameOptions } from '../name-options.ts';
import { checkFolder } from '../output.ts';
import { readPoints, readSupport } from '../points.ts';
import { echoOptions } from '../print.ts';
import {
  embedOptions,
  readEmbedOptions,
  readInput,
  readNetwork,
  readSegmenter,
  scanOptions,
  untrainedWarning,
} from '../scan-options.ts';
import { readSegmentOptions, segmentOptions } from '../segment-options.ts';
import type { Command } from './command.ts';

/** `adatom classify SCAN --support SUPPORT.csv --out DIR`: find the defects and name them. */
export const classify: Command = {
  name: 'classify',
  summary: 'name every defect from a few labelled examples',
  positionals: ['SCAN'],
  options: {
    support: {
      value: 'CSV',
      required: true,
      help: 'examples: columns x_px, y_px, label; the label "not a defect" says what is none',
    },
    at: { value: 'CSV', help: 'name these points (x_px, y_px) instead of every defect found' },
    ...scanOptions,
    ...embedOptions,
    ...segmentOptions,
    ...findingOptions,
    ...nameOptions,
    segment: {
      value: 'auto|network|pixels|features|upsampled',
      help: 'how defects are found (default auto: by the segmentation network, refined by the examples)',
    },
    'no-reject': { help: 'always name the nearest class, never "unknown"' },
    out: { value: 'DIR', required: true, help: 'folder for the results' },
  },
  example: 'adatom classify scan.sxm --support support.csv --out result',
  async run(given, context) {
    const { kernels, report, files } = context;
    const embedding = readEmbedOptions(given);
    const segmentation = readSegmentOptions(given, 'segment');
    const workers = readWorkers(given);
    const out = given.text('out') as string;
    checkFolder(out);
    const input = readInput(context, given);
    const network = readNetwork(context, given);
    const own = given.text('weights') !== undefined && network.sha256 !== null;
    if (own) segmentation.network = network.layers;
    const naming = readNameOptions(context, given, network.dimension);
    const run = { onProgress: report.progress };

    const prepared = prepare(kernels, input.scan, input.options, run);
    const support = readSupport(files, 'support', given.text('support') as string, prepared);
    const at = given.text('at');
    const points = at === undefined ? undefined : readPoints(files, 'at', at, prepared);
    segmentation.segmenter = readSegmenter(context, given);
    const found = points
      ? undefined
      : await find(context, workers, prepared, { ...segmentation, support });
    const examples = support.filter(({ label }) => label !== NOT_A_DEFECT);
    const defects = found?.defects ?? asDefects(points ?? []);
    const named = classifyDefects(
      kernels,
      prepared,
      network,
      defects,
      found ? snapToDefects(examples, prepared, found) : examples,
      { ...embedding, ...naming, reject: !given.flag('no-reject') },
      run,
    );
    finish(context, {
      command: 'classify',
      options: echoOptions(given, this.options),
      out,
      scan: input.scan,
      prepared,
      ...(found ? { found } : {}),
      defects,
      named,
      network,
      warnings: [...untrainedWarning(network), ...loneClassWarning(examples)],
    });
  },
};

/** Of one class there is nothing else to be, and nothing to tell how far its members may differ. */
function loneClassWarning(examples: readonly { label: string }[]): string[] {
  const [first, ...others] = new Set(examples.map(({ label }) => label));
  return first === undefined || others.length > 0
    ? []
    : [
        `Only '${first}' has examples: all that was found gets that name, without a confidence; give one of each kind.`,
      ];
}

/** Points the caller marked, as defects of unknown extent. */
function asDefects(points: readonly PointRow[]): Defect[] {
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
