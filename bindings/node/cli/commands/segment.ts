import { prepare } from '../../index.ts';
import { find, findingOptions, readWorkers } from '../find.ts';
import { finish } from '../finish.ts';
import { checkFolder } from '../output.ts';
import { readSupport } from '../points.ts';
import { echoOptions } from '../print.ts';
import { readInput, readNetwork, readSegmenter, scanOptions } from '../scan-options.ts';
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
    ...findingOptions,
    weights: {
      value: 'FILE',
      help: 'network whose features k-means works on (.safetensors or .pth); default: the segmentation network',
    },
    support: {
      value: 'CSV',
      help: 'examples of defects (x_px, y_px, label), which say what counts and how wide its outline is; the label "not a defect" says what is none',
    },
    out: { value: 'DIR', required: true, help: 'folder for the results' },
  },
  example: 'adatom segment scan.sxm --out result',
  async run(given, context) {
    const { kernels, report, files } = context;
    const options = readSegmentOptions(given);
    const workers = readWorkers(given);
    const out = given.text('out') as string;
    checkFolder(out);
    const input = readInput(context, given);
    options.segmenter = readSegmenter(context, given);
    const network = given.text('weights') === undefined ? null : readNetwork(context, given);
    if (network) options.network = network.layers;
    const run = { onProgress: report.progress };
    const prepared = prepare(kernels, input.scan, input.options, run);
    const examples = given.text('support');
    if (examples !== undefined) {
      options.support = readSupport(files, 'support', examples, prepared);
    }
    const found = await find(context, workers, prepared, options);
    finish(context, {
      command: 'segment',
      options: echoOptions(given, this.options),
      out,
      scan: input.scan,
      prepared,
      found,
      defects: found.defects,
      network,
    });
  },
};
