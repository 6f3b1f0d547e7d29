import { countLabels, findDefects, prepare, runFiles, TOO_LARGE } from '../../index.ts';
import { writeAll } from '../output.ts';
import { echoOptions, printCounts } from '../print.ts';
import { readInput, readNetwork, scanOptions } from '../scan-options.ts';
import { readSegmentOptions, segmentOptions } from '../segment-options.ts';
import type { Command } from './command.ts';

/** `adatom segment SCAN --out DIR`: find every defect without labels. */
export const segment: Command = {
  name: 'segment',
  summary: 'find every defect without labels',
  positionals: ['SCAN'],
  options: {
    ...scanOptions,
    ...segmentOptions,
    weights: {
      value: 'FILE',
      help: 'network whose features are clustered (.safetensors or .pth); default: untrained',
    },
    out: { value: 'DIR', required: true, help: 'folder for the results' },
  },
  example: 'adatom segment scan.sxm --out result',
  run(given, context) {
    const { kernels, report } = context;
    const options = readSegmentOptions(given);
    const input = readInput(given.positionals[0], given);
    const network = given.text('weights') === undefined ? null : readNetwork(kernels, given);
    if (network) options.network = network.layers;
    const run = { onProgress: report.progress };
    const prepared = prepare(kernels, input.scan, input.options, run);
    const found = findDefects(kernels, prepared, options, run);
    const labels = found.defects.map(({ tooLarge }) => (tooLarge ? TOO_LARGE : ''));
    const counts = countLabels(labels, [''], prepared);
    const warnings = [...input.scan.warnings, ...prepared.levelled.warnings];
    const out = given.text('out') as string;
    writeAll(
      out,
      runFiles({
        command: 'segment',
        options: echoOptions(given, this.options),
        input: { file: input.scan.name, sha256: input.sha256 },
        scan: input.scan,
        prepared,
        mask: found.mask,
        regionIds: found.regionIds,
        defects: found.defects,
        labels,
        confidence: labels.map(() => null),
        classes: [],
        counts,
        network: network && { name: network.name, sha256: network.sha256 },
        steps: [...prepared.levelled.steps, ...found.steps],
        warnings,
      }),
    );
    report.done();
    for (const warning of warnings) report.warn(warning);
    printCounts(context, counts, out);
  },
};
