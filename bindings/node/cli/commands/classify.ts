import {
  type ClassLibrary,
  classifyDefects,
  type Defect,
  type Found,
  type Named,
  NOT_A_DEFECT,
  onlyRegions,
  type PointRow,
  prepare,
  SupportError,
  type SupportPoint,
  snapToDefects,
  surfaceSeen,
  surfaceWarnings,
} from '../../index.ts';
import { find, findingOptions, readWorkers } from '../find.ts';
import { finish } from '../finish.ts';
import { libraryOptions, readLibraryOption, saveLibrary } from '../library.ts';
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

/** `adatom classify SCAN --support SUPPORT.csv|--library LIBRARY.json --out DIR`: find the defects and name them. */
export const classify: Command = {
  name: 'classify',
  summary: 'name every defect from a few labelled examples',
  positionals: ['SCAN'],
  options: {
    support: {
      value: 'CSV',
      help: 'examples: columns x_px, y_px, label; the label "not a defect" says what is none',
    },
    ...libraryOptions,
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
    const library = readLibraryOption(context, given);
    const input = readInput(context, given);
    const network = readNetwork(context, given);
    const own = given.text('weights') !== undefined && network.sha256 !== null;
    if (own) segmentation.network = network.layers;
    const naming = readNameOptions(context, given, network.dimension);
    const run = { onProgress: report.progress };

    const prepared = prepare(kernels, input.scan, input.options, run);
    const csv = given.text('support');
    const support = csv === undefined ? [] : readSupport(files, 'support', csv, prepared);
    const at = given.text('at');
    const points = at === undefined ? undefined : readPoints(files, 'at', at, prepared);
    const labels = [...support.map(({ label }) => label), ...(library?.labels ?? [])];
    checkClasses(labels);
    segmentation.segmenter = readSegmenter(context, given);
    const deciding = decisive(support, library);
    const found = points
      ? undefined
      : await find(context, workers, prepared, {
          ...segmentation,
          ...(deciding.length > 0 ? { support: deciding } : {}),
        });
    const candidates = found?.defects ?? asDefects(points ?? []);
    const all = classifyDefects(
      kernels,
      prepared,
      network,
      candidates,
      found ? snapToDefects(support, prepared, found) : support,
      { ...embedding, ...naming, reject: !given.flag('no-reject'), library },
      run,
    );
    const outcome = found ? withoutNonDefects(found, all) : { defects: candidates, named: all };
    finish(context, {
      command: 'classify',
      options: echoOptions(given, this.options),
      out,
      scan: input.scan,
      prepared,
      ...outcome,
      network,
      warnings: [
        ...untrainedWarning(network),
        ...loneClassWarning(labels),
        ...leftOut(candidates.length - outcome.defects.length),
        ...surfaceWarnings(library, surfaceSeen(input.scan.name, prepared.levelled)),
      ],
    });
    const saved = saveLibrary(given, input.scan, prepared, network, all, library);
    if (saved > 0 && !context.json) {
      context.print(`class library of ${saved} examples written to ${given.text('save-library')}`);
    }
  },
};

/**
 * The examples that say what counts as a defect: where a library has others, which are not seen in this scan, only those
 * of what does not count.
 */
function decisive(support: readonly SupportPoint[], library: ClassLibrary | null): SupportPoint[] {
  return support.filter(({ label }) => !library || label === NOT_A_DEFECT);
}

function checkClasses(labels: readonly string[]): void {
  if (labels.some((label) => label !== NOT_A_DEFECT)) return;
  throw new SupportError(
    `expected an example of a class, got ${labels.length} of what is '${NOT_A_DEFECT}'.`,
  );
}

function leftOut(count: number): string[] {
  return count === 0
    ? []
    : [`Left out: ${count} that resemble the examples of what is '${NOT_A_DEFECT}'.`];
}

/** Leave out what resembles the examples of what is no defect. */
function withoutNonDefects(found: Found, named: Named) {
  const isKept = (_: unknown, i: number) => named.labels[i] !== NOT_A_DEFECT;
  const defects = found.defects.filter(isKept);
  const regionIds = onlyRegions(found.regionIds, defects);
  return {
    found: { ...found, regionIds, mask: Uint8Array.from(regionIds, (id) => (id > 0 ? 1 : 0)) },
    defects,
    named: {
      ...named,
      classes: named.classes.filter((name) => name !== NOT_A_DEFECT),
      labels: named.labels.filter(isKept),
      confidence: named.confidence.filter(isKept),
      doubt: named.doubt.filter(isKept),
    },
  };
}

/** Of one class there is nothing else to be, and nothing to tell how far its members may differ. */
function loneClassWarning(labels: readonly string[]): string[] {
  const [first, ...others] = new Set(labels);
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
