import { embedPoints, prepare, writeNpy } from '../../index.ts';
import { writeOne } from '../output.ts';
import { checkInside, readPoints } from '../points.ts';
import { embedOptions, readCrop, readInput, readNetwork, scanOptions } from '../scan-options.ts';
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
  run(given, { kernels, report, print, json }) {
    const crop = readCrop(given);
    const input = readInput(given.positionals[0], given);
    const at = given.text('at') as string;
    const points = readPoints(at);
    const run = { onProgress: report.progress };
    const network = readNetwork(kernels, given);
    const prepared = prepare(kernels, input.scan, input.options, run);
    checkInside(at, points, prepared.rows, prepared.columns);
    const { embeddings, dimension, step } = embedPoints(
      kernels,
      prepared,
      network,
      points,
      crop,
      run,
    );
    const out = given.text('out') as string;
    writeOne(out, writeNpy(embeddings, [points.length, dimension]));
    report.done();
    for (const warning of [...input.scan.warnings, ...prepared.levelled.warnings]) {
      report.warn(warning);
    }
    print(
      json
        ? JSON.stringify({ points: points.length, dimension, network: network.name, step, out })
        : `${points.length} points, ${dimension} values each (${network.name}, crop ${step['crop']}), written to ${out}`,
    );
  },
};
