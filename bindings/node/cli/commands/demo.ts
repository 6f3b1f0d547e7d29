import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  classifyDefects,
  countLabels,
  defaultCrop,
  findDefects,
  matchPositions,
  prepare,
  type ReportTruth,
  readScan,
  runFiles,
  snapToDefects,
  TOO_LARGE,
} from '../../index.ts';
import { writeAll } from '../output.ts';
import { readSupport } from '../points.ts';
import { printCounts } from '../print.ts';
import { readFile, readNetwork, sha256 } from '../scan-options.ts';
import type { Command } from './command.ts';

/** A found defect belongs to a true one within this share of the field of view. */
const MATCH_WITHIN = 0.02;

/** `adatom demo`: the whole path on the bundled simulated scan, next to its known truth. */
export const demo: Command = {
  name: 'demo',
  summary: 'the whole path on the bundled example, compared with its known truth',
  positionals: [],
  options: { out: { value: 'DIR', help: 'folder for the results (default adatom-demo)' } },
  example: 'adatom demo --out adatom-demo',
  run(given, context) {
    const { kernels, report, print, json } = context;
    const out = given.text('out') ?? 'adatom-demo';
    const scanPath = example('dimer-rows.sxm');
    const bytes = readFile(scanPath);
    const scan = readScan(bytes, 'dimer-rows.sxm');
    const support = readSupport(example('dimer-rows.support.csv'));
    const truth = readSupport(example('dimer-rows.truth.csv'));
    const network = readNetwork(kernels, given);
    const run = { onProgress: report.progress };

    const prepared = prepare(kernels, scan, {}, run);
    const found = findDefects(kernels, prepared, {}, run);
    const examples = snapToDefects(support, prepared, found);
    const naming = { crop: defaultCrop(prepared, found) };
    const named = classifyDefects(kernels, prepared, network, found.defects, examples, naming, run);
    const labels = named.labels.map((label, i) => (found.defects[i].tooLarge ? TOO_LARGE : label));

    const { pairs } = matchPositions(found.defects, truth, MATCH_WITHIN * prepared.columns);
    const agreement: ReportTruth = {
      rows: named.classes.map((label) => {
        const ofClass = pairs.filter(([, t]) => truth[t].label === label);
        return {
          label,
          inTruth: truth.filter((point) => point.label === label).length,
          found: ofClass.length,
          namedRight: ofClass.filter(([f]) => labels[f] === label).length,
        };
      }),
      spurious: found.defects.length - pairs.length,
    };
    const counts = countLabels(labels, named.classes, prepared);
    writeAll(
      out,
      runFiles({
        command: 'demo',
        options: {},
        input: { file: scan.name, sha256: sha256(bytes) },
        scan,
        prepared,
        mask: found.mask,
        regionIds: found.regionIds,
        defects: found.defects,
        labels,
        confidence: Array.from(named.confidence, (v, i) => (found.defects[i].tooLarge ? null : v)),
        classes: named.classes,
        counts,
        network: { name: network.name, sha256: network.sha256 },
        steps: [...prepared.levelled.steps, ...found.steps, ...named.steps],
        warnings: [...scan.warnings, ...prepared.levelled.warnings],
        truth: agreement,
      }),
    );
    report.done();
    if (!json) {
      print(
        `dimer-rows.sxm, a simulated scan bundled with adatom; ${support.length} labelled examples, embedded by an ${network.name}.`,
      );
      print('');
      print('class            in truth   found   named right');
      for (const row of agreement.rows) {
        print(
          `${row.label.padEnd(16)} ${pad(row.inTruth, 8)} ${pad(row.found, 7)} ${pad(row.namedRight, 13)}`,
        );
      }
      print(`found where the truth has nothing: ${agreement.spurious}`);
      print('');
    }
    printCounts(context, counts, json ? out : join(out, 'report.html'));
  },
};

function pad(value: number, width: number): string {
  return String(value).padStart(width);
}

/** A file of the package's examples folder, seen from dist/node/cli.js. */
function example(name: string): string {
  return resolve(dirname(fileURLToPath(import.meta.url)), '../../examples', name);
}
