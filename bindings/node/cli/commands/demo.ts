import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  classifyDefects,
  matchPositions,
  type Point,
  prepare,
  type ReportTruth,
  type SupportPoint,
  snapToDefects,
} from '../../index.ts';
import { find, findingOptions, readWorkers } from '../find.ts';
import { finish, shownLabels } from '../finish.ts';
import { checkFolder } from '../output.ts';
import { readSupport } from '../points.ts';
import { readNetwork, readSegmenter } from '../scan-options.ts';
import type { Command } from './command.ts';

/** A found defect belongs to a true one within this share of the field of view. */
const MATCH_WITHIN = 0.02;

/** `adatom demo`: the whole path on the bundled simulated scan, next to its known truth. */
export const demo: Command = {
  name: 'demo',
  summary: 'the whole path on the bundled example, compared with its known truth',
  positionals: [],
  options: {
    ...findingOptions,
    out: { value: 'DIR', help: 'folder for the results (default adatom-demo)' },
  },
  example: 'adatom demo --out adatom-demo',
  async run(given, context) {
    const { kernels, report, print, json, files } = context;
    const out = given.text('out') ?? 'adatom-demo';
    checkFolder(out);
    const workers = readWorkers(given);
    const { scan } = files.readScan('scan', example('dimer-rows.sxm'), {});
    const network = readNetwork(context, given);
    const run = { onProgress: report.progress };

    const prepared = prepare(kernels, scan, {}, run);
    const support = readSupport(files, 'support', example('dimer-rows.support.csv'), prepared);
    const truth = readSupport(files, 'truth', example('dimer-rows.truth.csv'), prepared);
    const segmenter = readSegmenter();
    const found = await find(context, workers, prepared, { segmenter, support });
    const examples = snapToDefects(support, prepared, found);
    const named = classifyDefects(kernels, prepared, network, found.defects, examples, {}, run);
    const labels = shownLabels(found.defects, named);
    const within = MATCH_WITHIN * prepared.columns;
    const agreement = compare(found.defects, labels, truth, examples, named.classes, within);
    if (!json) {
      report.done();
      print(
        `dimer-rows.sxm, a simulated scan bundled with adatom; ${support.length} of its defects are given as examples.`,
      );
      printAgreement(agreement, print);
    }
    finish(context, {
      command: 'demo',
      options: {},
      out,
      scan,
      prepared,
      found,
      defects: found.defects,
      named,
      network,
      truth: agreement,
    });
    if (!json) print(`open ${out}/report.html to look at it`);
  },
};

/** Found against true defects, one to one; the given examples are not counted as named right. */
function compare(
  found: readonly Point[],
  labels: readonly string[],
  truth: readonly SupportPoint[],
  examples: readonly Point[],
  classes: readonly string[],
  within: number,
): ReportTruth {
  const { pairs } = matchPositions(found, truth, within);
  const isExample = ({ x, y }: Point) => examples.some((one) => one.x === x && one.y === y);
  return {
    rows: classes.map((label) => {
      const ofClass = pairs.filter(([, t]) => truth[t].label === label);
      const others = ofClass.filter(([f]) => !isExample(found[f]));
      return {
        label,
        inTruth: truth.filter((point) => point.label === label).length,
        found: ofClass.length,
        examples: ofClass.length - others.length,
        namedRight: others.filter(([f]) => labels[f] === label).length,
      };
    }),
    spurious: found.length - pairs.length,
  };
}

function printAgreement({ rows, spurious }: ReportTruth, print: (text: string) => void): void {
  print('');
  print('class            in truth   found   examples   of the others, named right');
  for (const { label, inTruth, found, examples, namedRight } of rows) {
    const numbers = [pad(inTruth, 8), pad(found, 7), pad(examples, 10)].join(' ');
    print(`${label.padEnd(16)} ${numbers} ${pad(`${namedRight} of ${found - examples}`, 14)}`);
  }
  print(`found where the truth has nothing: ${spurious}`);
  print('');
}

function pad(value: number | string, width: number): string {
  return String(value).padStart(width);
}

/** A file of the package's examples folder, seen from dist/node/cli.js. */
function example(name: string): string {
  return resolve(dirname(fileURLToPath(import.meta.url)), '../../examples', name);
}
