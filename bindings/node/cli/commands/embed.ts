import { embedPoints, prepare, writeNpy } from '../../index.ts';
import { checkFile, writeOne } from '../output.ts';
import { readPoints } from '../points.ts';
import {
  embedOptions,
  readEmbedOptions,
  readInput,
  readNetwork,
  scanOptions,
  untrainedWarning,
} from '../scan-options.ts';
import type { Command } from './command.ts';

/** `adatom embed SCAN --at POINTS.csv --out EMB.npy`: the vector of each point. */
export const embed: Command = {
  name: 'embed',
  summary: 'the embedding of each point, as .npy',
  positionals: ['SCAN'],
  options: {
    ...scanOptions,
    ...embedOptions,
    at: { value: 'CSV', required: true, help: 'points: columns x_px, y_px' },
    out: { value: 'FILE', required: true, help: 'float32 (points, dimension) .npy' },
  },
  example: 'adatom embed scan.sxm --at points.csv --crop 2.1nm --out embeddings.npy',
  run(given, context) {
    const { kernels, report, print, json, files } = context;
    const out = given.text('out') as string;
    const chosen = readEmbedOptions(given);
    checkFile(out);
    const input = readInput(context, given);
    const network = readNetwork(context, given);
    const run = { onProgress: report.progress };
    const prepared = prepare(kernels, input.scan, input.options, run);
    const points = readPoints(files, 'at', given.text('at') as string, prepared);
    const { embeddings, dimension, step } = embedPoints(
      kernels,
      prepared,
      network,
      points,
      chosen,
      run,
    );
    writeOne(out, writeNpy(embeddings, [points.length, dimension]));
    report.done();
    for (const warning of [...prepared.warnings, ...untrainedWarning(network)]) {
      report.warn(warning);
    }
    print(
      json
        ? JSON.stringify({ points: points.length, dimension, network: network.name, step, out })
        : `${points.length} points, ${dimension} values each (${network.name}, crop ${step['crop']}), written to ${out}`,
    );
  },
};
