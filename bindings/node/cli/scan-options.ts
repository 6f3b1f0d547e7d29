import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import {
  AdatomError,
  asMeasured,
  chooseChannels,
  type EmbeddingNetwork,
  type Kernels,
  loadEmbeddingNetwork,
  type PrepareOptions,
  parseLength,
  parseLengthNm,
  readScanFile,
  type Scan,
  untrainedNetwork,
} from '../index.ts';
import { type Given, type OptionSpecs, UsageError } from './args.ts';

/** Options of every command that reads a scan. */
export const scanOptions: OptionSpecs = {
  width: { value: 'LENGTH', help: 'width of the scan, e.g. 100nm, for files that do not carry it' },
  unit: { value: 'UNIT', help: 'unit of the heights (m, nm, pm, Å) where the file does not say' },
  channel: {
    value: 'NAME',
    multiple: true,
    help: 'channel to use, by number, name or name:direction; give it twice for two channels',
  },
  second: { value: 'FILE', help: 'take the second channel (e.g. the other bias) from this file' },
  surface: { value: 'NAME', help: 'si001, ge001 or tio2-110: resample to its working pixel size' },
  'pixel-size': { value: 'LENGTH', help: 'resample to this pixel size, e.g. 0.2nm' },
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
    help: 'network as .safetensors or PyTorch .pth; default: an untrained filter bank',
  },
  crop: { value: 'LENGTH', help: 'side of the crop around a defect, e.g. 2.1nm or 16px' },
  normalise: {
    value: 'scan|authors|none',
    help: "crop normalisation: by the scan's own statistics (default) or as in the paper's code",
  },
};

export interface Input {
  path: string;
  scan: Scan;
  sha256: string;
  options: PrepareOptions;
}

export function readFile(path: string): Uint8Array {
  try {
    return new Uint8Array(readFileSync(path));
  } catch (error) {
    throw fileError(path, error);
  }
}

/** An operating-system error as one sentence that names the file. */
export function fileError(path: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return new AdatomError(`${path}: no such file.`);
  if (code === 'EISDIR') return new AdatomError(`${path}: is a folder, expected a file.`);
  if (code === 'EACCES') return new AdatomError(`${path}: permission denied.`);
  return error;
}

/** Read the scan a command names, with its second channel, and the options of how to prepare it. */
export function readInput(path: string, given: Given): Input {
  const first = readOne(path, given);
  const second = given.text('second');
  let { scan } = first;
  let channels: readonly string[] = given.texts('channel');
  if (second !== undefined) {
    if (channels.length > 1) throw new UsageError('--second: give --channel once at the most.');
    const other = readOne(second, given).scan;
    const images = [chooseChannels(scan, channels)[0], chooseChannels(other, channels)[0]];
    scan = { ...scan, channels: images, warnings: [...scan.warnings, ...other.warnings] };
    channels = ['0', '1'];
  }
  const options: PrepareOptions = { channels };
  const surface = given.text('surface');
  const pixelSize = given.text('pixel-size');
  const preprocess = given.oneOf('preprocess', ['auto', 'none'] as const);
  const unit = given.text('unit');
  const hysteresis = given.oneOf('hysteresis', ['auto', 'on', 'off'] as const);
  if (surface !== undefined) options.surface = surface;
  if (pixelSize !== undefined) options.pixelNm = parseLengthNm(pixelSize, '--pixel-size');
  if (unit !== undefined) options.unit = unit;
  if (hysteresis !== undefined) options.hysteresis = hysteresis;
  if (preprocess === 'none') Object.assign(options, asMeasured);
  return { path, scan, sha256: first.sha256, options };
}

function readOne(path: string, given: Given): { scan: Scan; sha256: string } {
  const width = given.text('width');
  try {
    const { scan, bytes } = readScanFile(
      path,
      width === undefined ? {} : { widthNm: parseLengthNm(width, '--width') },
    );
    return { scan, sha256: sha256(bytes) };
  } catch (error) {
    throw fileError(path, error);
  }
}

/** The network to embed with, ready in the kernels' memory. */
export function readNetwork(kernels: Kernels, given: Given): EmbeddingNetwork {
  const path = given.text('weights');
  if (path === undefined) return untrainedNetwork(kernels);
  return loadEmbeddingNetwork(kernels, readFile(path), basename(path));
}

export function readCrop(given: Given) {
  const crop = given.text('crop');
  const normalise = given.oneOf('normalise', ['scan', 'authors', 'none'] as const);
  return {
    ...(crop === undefined ? {} : { crop: parseLength(crop, '--crop') }),
    ...(normalise === undefined ? {} : { normalise }),
  };
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
