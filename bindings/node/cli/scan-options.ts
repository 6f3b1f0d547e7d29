import { basename } from 'node:path';
import {
  asMeasured,
  chooseChannels,
  defaultWeights,
  type EmbeddingNetwork,
  type EmbedOptions,
  loadEmbeddingNetwork,
  loadSegmenter,
  type PrepareOptions,
  parseLength,
  parseLengthNm,
  type Scan,
  type Segmenter,
  untrainedNetwork,
} from '../index.ts';
import { type Given, type OptionSpecs, UsageError } from './args.ts';
import type { Context } from './commands/command.ts';
import type { InputFiles } from './files.ts';

/** Options of every command that reads a scan. */
export const scanOptions: OptionSpecs = {
  width: { value: 'LENGTH', help: 'width of the scan, e.g. 100nm, for files that do not carry it' },
  unit: { value: 'UNIT', help: 'unit of the heights (m, nm, pm, angstrom) if the file has none' },
  channel: {
    value: 'NAME',
    multiple: true,
    help: 'channel to use, by number, name or name:direction; give it twice for two channels',
  },
  second: { value: 'FILE', help: 'take the second channel (e.g. the other bias) from this file' },
  surface: { value: 'NAME', help: 'si001, ge001 or tio2-110: resample to its working pixel size' },
  'pixel-size': { value: 'LENGTH', help: 'resample to this pixel size, e.g. 0.2nm' },
  lines: { value: 'offset|slope|off', help: 'align lines by offset (default) or also by slope' },
  level: { value: '1|2|3|off', help: 'order of the background polynomial (default 2)' },
  scars: { value: 'on|off', help: 'interpolate across scars (default on)' },
  hysteresis: {
    value: 'auto|on|off',
    help: 'displace the second channel onto the first (auto: unless both ran the same way)',
  },
  preprocess: { value: 'auto|none', help: 'none: take the heights as they are (default auto)' },
};

/** Options of every command that embeds. */
export const embedOptions: OptionSpecs = {
  weights: {
    value: 'FILE',
    help: 'network as .safetensors or PyTorch .pth, or untrained; default: the network that adatom brings',
  },
  crop: {
    value: 'LENGTH',
    help: 'side of the crop around a defect, e.g. 2.1nm or 16px (default: several, from the size of the defects)',
  },
  normalise: {
    value: 'scan|authors|none',
    help: "crop normalisation: by the scan's own statistics (default) or as in the paper's code",
  },
};

export interface Input {
  scan: Scan;
  options: PrepareOptions;
}

/** How to prepare a scan, checked before any file is read. */
export function readPrepareOptions(given: Given): PrepareOptions {
  const options: PrepareOptions = { channels: given.texts('channel') };
  const surface = given.text('surface');
  const pixelSize = given.text('pixel-size');
  const unit = given.text('unit');
  const lines = given.oneOf('lines', ['offset', 'slope', 'off'] as const);
  const level = given.oneOf('level', ['1', '2', '3', 'off'] as const);
  const scars = given.oneOf('scars', ['on', 'off'] as const);
  const hysteresis = given.oneOf('hysteresis', ['auto', 'on', 'off'] as const);
  if (given.oneOf('preprocess', ['auto', 'none'] as const) === 'none') {
    Object.assign(options, asMeasured);
  }
  if (surface !== undefined) options.surface = surface;
  if (pixelSize !== undefined) options.pixelNm = parseLengthNm(pixelSize, '--pixel-size');
  if (unit !== undefined) options.unit = unit;
  if (lines !== undefined) options.lines = lines;
  if (level !== undefined) options.level = level === 'off' ? 'off' : (Number(level) as 1 | 2 | 3);
  if (scars !== undefined) options.scars = scars;
  if (hysteresis !== undefined) options.hysteresis = hysteresis;
  return options;
}

/** Read the scan a command names, with its second channel, and the options of how to prepare it. */
export function readInput({ files }: Context, given: Given): Input {
  const options = readPrepareOptions(given);
  const width = given.text('width');
  const size = width === undefined ? {} : { widthNm: parseLengthNm(width, '--width') };
  const second = given.text('second');
  const wanted = options.channels ?? [];
  if (second !== undefined && wanted.length > 1) {
    throw new UsageError('--second: give --channel once at the most.');
  }
  const { scan } = files.readScan('scan', given.positionals[0], size);
  if (second === undefined) return { scan, options };

  const other = files.readScan('second', second, size).scan;
  const [partner] = chooseChannels(other, wanted);
  const images = [
    chooseChannels(scan, wanted)[0],
    { ...partner, name: `${other.name} ${partner.name}` },
  ];
  return {
    scan: { ...scan, channels: images, warnings: [...scan.warnings, ...other.warnings] },
    options: { ...options, channels: ['0', '1'] },
  };
}

/** The network to embed with, ready in the kernels' memory. */
export function readNetwork({ kernels, files }: Context, given: Given): EmbeddingNetwork {
  const path = given.text('weights');
  if (path === undefined) {
    const { bytes, name } = defaultWeights();
    return loadEmbeddingNetwork(kernels, bytes, name);
  }
  if (path === 'untrained') return untrainedNetwork(kernels);
  return loadEmbeddingNetwork(kernels, files.read('weights', path), basename(path));
}

/** The segmentation network of --segmenter, or the one that adatom brings. */
export function readSegmenter(context?: Context, given?: Given): Segmenter {
  const path = given?.text('segmenter');
  if (context && path !== undefined) {
    return loadSegmenter(context.files.read('segmenter', path), basename(path));
  }
  const { segmenter } = defaultWeights();
  return loadSegmenter(segmenter.bytes, segmenter.name);
}

/** What to say of results that an untrained network gave. */
export function untrainedWarning({ name, sha256 }: EmbeddingNetwork): string[] {
  if (sha256 !== null) return [];
  return [`defects were compared by an ${name}.`];
}

export function readEmbedOptions(given: Given): EmbedOptions {
  const crop = given.text('crop');
  const normalise = given.oneOf('normalise', ['scan', 'authors', 'none'] as const);
  return {
    ...(crop === undefined ? {} : { crop: parseLength(crop, '--crop') }),
    ...(normalise === undefined ? {} : { normalise }),
  };
}

/** Where the files a run rests on go in its record. */
export function recordedInputs(files: InputFiles) {
  const [{ file, sha256 }, ...otherInputs] = [...files.list].sort(
    (a, b) => Number(b.role === 'scan') - Number(a.role === 'scan'),
  );
  return { input: { file, sha256 }, otherInputs };
}
