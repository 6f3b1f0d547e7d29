import { cropAt, type Point, robustDeviation } from '../crop.ts';
import { SupportError } from '../errors.ts';
import type { Kernels } from '../kernels.ts';
import { Random } from '../random.ts';
import type { Episode, EpisodeSource } from './types.ts';

/** A person's own scan, levelled, with what was labelled on it. Positions in its working pixels. */
export interface LabelledScan {
  name: string;
  /** One or two planes (rows, columns). */
  planes: Float32Array[];
  rows: number;
  columns: number;
  points: (Point & { label: string })[];
  /** Side of the default crop, working px. */
  cropPx: number;
}

/** Plain data, so that it can be posted to a worker. */
export interface LabelledEpisodesOptions {
  scans: LabelledScan[];
  gain: number;
  /** Side of the crops in px, 40 by default. */
  size?: number;
}

const MOST_CLASSES = 7;
const MOST_PER_CLASS = 12;
const SMALLEST_CROP = 0.5;
const LARGEST_CROP = 2;
/** Spread of a click about the defect, as part of the crop's side. */
const CLICK = 0.02;

/**
 * Few-shot tasks out of a person's own labelled scans: one scan each, since what one label looks like
 * on another scan is another question. Crop size, contrast and centring vary as they do between scans.
 * Throws SupportError when no scan has two classes of at least two examples.
 */
export function labelledEpisodes({
  scans,
  gain,
  size = 40,
}: LabelledEpisodesOptions): EpisodeSource {
  const usable = scans.flatMap((scan) => {
    const members = new Map<string, number[]>();
    scan.points.forEach(({ label }, i) => {
      members.set(label, [...(members.get(label) ?? []), i]);
    });
    const classes = [...members.values()].filter((all) => all.length >= 2);
    return classes.length >= 2
      ? [{ scan, classes, deviations: scan.planes.map(robustDeviation) }]
      : [];
  });
  if (usable.length === 0) {
    throw new SupportError(
      `train: expected a scan with two classes of at least two labelled examples each, got none in ${scans.length} scans.`,
    );
  }
  return (kernels, seed, index) => {
    const random = new Random((Math.imul(seed ^ 0x51ed27, 0x85ebca6b) ^ (index * 0x9e3779b1)) | 0);
    return draw(kernels, usable[index % usable.length], random, gain, size);
  };
}

function draw(
  kernels: Kernels,
  { scan, classes, deviations }: { scan: LabelledScan; classes: number[][]; deviations: number[] },
  random: Random,
  gain: number,
  size: number,
): Episode {
  const chosen = random.shuffle([...classes]).slice(0, MOST_CLASSES);
  const drawn = chosen.map((all) => random.shuffle([...all]).slice(0, MOST_PER_CLASS));
  const fewest = drawn.reduce((least, all) => Math.min(least, all.length), MOST_PER_CLASS);
  const shots = 1 + random.below(Math.min(5, fewest - 1));
  const examples = drawn.flatMap((all) => all.slice(0, shots));
  const queries = drawn.flatMap((all) => all.slice(shots));
  const labels = [
    ...drawn.flatMap((all, label) => all.slice(0, shots).map(() => label)),
    ...drawn.flatMap((all, label) => all.slice(shots).map(() => label)),
  ];
  const scale =
    SMALLEST_CROP * kernels.exp(random.uniform() * kernels.log(LARGEST_CROP / SMALLEST_CROP));
  const { planes, rows, columns, cropPx } = scan;
  const points = [...examples, ...queries].map((i) => {
    const at = (centre: number, end: number) =>
      Math.min(Math.max(centre + CLICK * cropPx * kernels.normal(random), 0), end);
    return { x: at(scan.points[i].x, columns - 1), y: at(scan.points[i].y, rows - 1) };
  });
  const contrast = kernels.exp(0.3 * kernels.normal(random));
  const { crops, n } = cropAt(planes, rows, columns, points, {
    sizePx: Math.min(cropPx * scale, 2 * Math.max(rows, columns)),
    output: size,
    gain: gain * contrast,
    deviations,
  });
  return { crops, n, size, labels: Int32Array.from(labels), support: examples.length };
}
