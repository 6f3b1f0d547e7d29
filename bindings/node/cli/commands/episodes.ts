import {
  defaultCrop,
  embedPoints,
  findDefects,
  prepare,
  runEpisodes,
  SupportError,
} from '../../index.ts';
import { nameOptions, readNameOptions } from '../name-options.ts';
import { readSupport } from '../points.ts';
import {
  embedOptions,
  readEmbedOptions,
  readInput,
  readNetwork,
  readSegmenter,
  scanOptions,
} from '../scan-options.ts';
import type { Command } from './command.ts';

/** `adatom episodes SCAN --labels CSV`: how well K examples per class name the rest. */
export const episodes: Command = {
  name: 'episodes',
  summary: 'accuracy of N-way K-shot naming on labelled points of a scan',
  positionals: ['SCAN'],
  options: {
    labels: { value: 'CSV', required: true, help: 'labelled points: columns x_px, y_px, label' },
    ...scanOptions,
    ...embedOptions,
    ...nameOptions,
    shots: { value: 'K,K', help: 'examples per class (default 1,3,5)' },
    ways: { value: 'N', help: 'classes per episode (default: all)' },
    episodes: { value: 'N', help: 'episodes per figure (default 500)' },
    seed: { value: 'N', help: 'seed of the draws (default 1)' },
  },
  example:
    'adatom episodes scan.npy --labels labels.csv --weights net.safetensors --crop 16px --normalise authors',
  run(given, context) {
    const { kernels, report, print, json, files } = context;
    const shotsList = given.integers('shots') ?? [1, 3, 5];
    const count = given.integer('episodes') ?? 500;
    const seed = given.integer('seed') ?? 1;
    const nWay = given.integer('ways');
    const chosen = readEmbedOptions(given);
    const input = readInput(context, given);
    const network = readNetwork(context, given);
    const naming = readNameOptions(context, given, network.dimension);
    const run = { onProgress: report.progress };

    const prepared = prepare(kernels, input.scan, input.options, run);
    const path = given.text('labels') as string;
    const points = readSupport(files, 'labels', path, prepared);
    const classes = [...new Set(points.map(({ label }) => label))];
    if (classes.length < 2) {
      throw new SupportError(`${path}: expected at least two classes, got ${classes.length}.`);
    }
    // As in naming every defect of the scan: what else is there is known, only not what it is.
    const candidates = findDefects(kernels, prepared, { segmenter: readSegmenter() }, run).defects;
    const all = [...points, ...candidates];
    const embedding = { displaced: points.length, ...chosen };
    if (naming.relation) embedding.crop ??= defaultCrop(prepared, all);
    const embedded = embedPoints(kernels, prepared, network, all, embedding, run);
    const { embeddings, dimension, beside, parts, step } = embedded;
    const split = points.length * dimension;
    const labels = Int32Array.from(points, ({ label }) => classes.indexOf(label));
    const method = naming.method ?? 'prototypical';
    const unlabelled = naming.refine === false ? {} : { unlabelled: embeddings.subarray(split) };
    const options = {
      ...naming,
      ...unlabelled,
      classes,
      beside,
      parts,
      episodes: count,
      seed,
      ...(nWay ? { nWay } : {}),
    };
    const results = shotsList.map((shots, i) =>
      runEpisodes(
        kernels,
        method,
        embeddings.subarray(0, split),
        dimension,
        labels,
        { ...options, shots },
        // One stage for all figures, so that its time left is that of the whole.
        {
          onProgress: ({ stage, fraction }) =>
            report.progress({ stage, fraction: (i + fraction) / shotsList.length }),
        },
      ),
    );
    report.done();
    if (json) {
      print(
        JSON.stringify({
          classes,
          method,
          network: network.name,
          step,
          results: results.map(({ shots, nWay, mean, interval, calibrationError }) => ({
            shots,
            nWay,
            mean,
            interval,
            calibrationError,
          })),
        }),
      );
      return;
    }
    print(
      `${nWay ?? classes.length}-way, ${points.length} points, ${method}, ${network.name}, crop ${step['crop']}, ${count} episodes`,
    );
    for (const { shots, mean, interval } of results) {
      print(
        `${shots} shot${shots === 1 ? ' ' : 's'}  ${(100 * mean).toFixed(1)} ± ${(100 * interval).toFixed(1)} % mean per-class accuracy (95 % interval)`,
      );
    }
  },
};
