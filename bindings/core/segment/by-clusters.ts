import { EmptyScanError, OptionError } from '../errors.ts';
import type { Kernels } from '../kernels.ts';
import { type Analysis, analyse } from '../lattice/spectrum.ts';
import type { Levelled } from '../preprocess/levelled.ts';
import { checkpoint, type RunOptions } from '../progress.ts';
import { without } from '../share.ts';
import { clickedPixels } from './adapt.ts';
import { areRare, type ClusterReport, judgeClusters, missedDepartures } from './choose.ts';
import { cleanMask } from './clean.ts';
import { type Clustering, cluster } from './cluster.ts';
import {
  accountedFor,
  countOf,
  findDepartures,
  maskOf,
  rareDefects,
  withoutScars,
} from './departures.ts';
import { convolutionalFeatures } from './features.ts';
import { enlargeMask, type Grid, makeGrid, nearestCluster } from './grid.ts';
import type { ClusterMethod, Segmentation, SegmentOptions } from './index.ts';
import { networkFeatures } from './network-features.ts';
import { type Normalised, normalise } from './normalise.ts';
import { pixelFeatures } from './pixels.ts';
import { chooseScale, type Scale } from './scale.ts';
import type { Strips } from './strips.ts';
import { upsampledFeatures } from './upsampled.ts';
import { workingScales } from './working-scale.ts';

/** Cluster counts tried in turn: few lump lattice and rare defects together, many split both. */
const CLUSTER_COUNTS = [4, 6, 8];
/** With no more than this part of the strong departures left among the lattice, the count will do. */
const FEW_MISSED = 0.5;
/** A cluster of whose pixels the network calls at least this part defects is one of defects. */
const ENOUGH_LIKELY = 0.3;

const WITHOUT_FEATURES =
  'The scan is too large for the features of the segmentation network: an untrained filter bank stands in for it.';

/**
 * Every departure from the lattice by k-means (Kolev et al. 2025). A lattice without defects gives an
 * empty mask.
 */
export function segmentByClusters(
  kernels: Kernels,
  scan: Levelled,
  method: ClusterMethod,
  options: SegmentOptions,
  run?: RunOptions,
): Segmentation {
  const levelled = { ...scan, valid: without(scan.valid, scan.roundedSteps) };
  if (!levelled.valid.includes(1)) {
    throw new EmptyScanError('segment: expected pixels that lie beside no step, got none.');
  }
  const { rows, columns, valid } = levelled;
  const { seed = 1 } = options;
  checkpoint(run, 'segment: normalise', 0);
  let analysis: Analysis | undefined;
  // Not every route asks for the spectrum, and none should have it made twice.
  const analysed = () => {
    analysis ??= analyse(kernels, levelled);
    return analysis;
  };
  const { periodPx, periodFrom, warnings } = scaleOf(kernels, levelled, options.periodPx, analysed);
  const grid = makeGrid(levelled, periodPx);
  const normalised = normalise(kernels, grid);
  const strips = describe(method, kernels, levelled, grid, normalised, options, analysed, run);

  const departures = findDepartures(grid, normalised);
  const searched = withoutScars(grid, departures);
  const attempt = (k: number) => {
    const clustering = cluster(kernels, searched, strips, k, seed, grid.factor > 1, run);
    const judged = judgeClusters(searched, normalised, clustering.labels, clustering.k);
    const reports = strips.likely
      ? judged.map(agreeing(clustering.labels, searched.valid, strips.likely))
      : judged;
    const held = clustering.labels.map((label) => (reports[label].isDefect ? 1 : 0));
    return {
      clustering,
      clusters: overrule(reports, options.clusters),
      rare: rareDefects(departures, held),
      // What speaks against so many clusters, 0..1.
      against: strips.likely
        ? 1 - diceOf(held, strips.likely)
        : missedDepartures(searched, normalised, accountedFor(departures, held)),
    };
  };
  const counts = options.k === undefined && !options.clusters ? CLUSTER_COUNTS : [options.k ?? 4];
  let best = attempt(counts[0]);
  for (const k of counts.slice(1)) {
    if (!strips.likely && best.against < FEW_MISSED) break;
    const next = attempt(k);
    // More clusters than there are kinds of pixel cut the lattice itself into defects.
    if (next.against < best.against && areRare(next.clusters)) best = next;
  }
  const { clustering, clusters } = best;
  const clusterMap = onLevelledGrid(clustering, grid, rows, columns);
  const raw = clusterMap.map((label) => (clusters[label].isDefect ? 1 : 0));
  // Who names clusters wants these, as they are.
  const rare = options.clusters ? new Uint8Array(0) : best.rare;
  if (!options.clusters) {
    const off = enlargeMask(departures.refused, grid, rows, columns);
    const on = enlargeMask(maskOf(departures, rare), grid, rows, columns);
    for (let i = 0; i < raw.length; i++) raw[i] = on[i] | (raw[i] & (1 - off[i]));
  }
  const clicked = clickedPixels(options.clicks ?? [], rows, columns);
  const mask = cleanMask(raw, valid, rows, columns, periodPx, clicked);
  checkpoint(run, 'segment: assign', 1);
  return {
    method,
    mask,
    clusterMap,
    clusters,
    confidence: null,
    periodPx: periodFrom === 'lattice' || periodFrom === 'option' ? periodPx : null,
    warnings: [...warnings, ...(strips.warnings ?? [])],
    steps: [
      {
        name: 'segment',
        method,
        seed,
        k: clustering.k,
        network: strips.likely ? (options.segmenter?.name ?? null) : sourceOf(method, options),
        ...(strips.likely && { sha256: options.segmenter?.sha256 }),
        periodPx: Number(periodPx.toPrecision(4)),
        periodFrom,
        reducedBy: grid.factor,
        dimension: strips.dimension,
        sample: clustering.sample,
        inertia: Number(clustering.inertia.toPrecision(6)),
        clusters: clusters.map(forTheRecord),
        // Defects that no cluster holds, and strong departures that are none.
        rareDefects: rare.reduce((sum, taken) => sum + taken, 0),
        scarsIgnored: countOf(departures, 'scar'),
        besideStepsIgnored: countOf(departures, 'beside a step'),
        chosenBy: options.clusters
          ? 'option'
          : `rarity, contrast and compactness${strips.likely ? ', or the network' : ''}`,
        defectFraction: mask.reduce((sum, value) => sum + value, 0) / mask.length,
      },
    ],
  };
}

/** The row spacing asked for, else the lattice's as it was levelled by, else as its spectrum shows, else a guess. */
function scaleOf(
  kernels: Kernels,
  levelled: Levelled,
  periodPx: number | undefined,
  analysed: () => Analysis,
): Scale {
  const scale = chooseScale(levelled, periodPx);
  if (scale.periodFrom === 'option' || scale.periodFrom === 'lattice') return scale;
  const [{ from, spacings }] = workingScales(kernels, levelled, undefined, analysed());
  return from === 'lattice' ? { periodPx: spacings[0], periodFrom: from, warnings: [] } : scale;
}

function describe(
  method: ClusterMethod,
  kernels: Kernels,
  levelled: Levelled,
  grid: Grid,
  normalised: readonly Normalised[],
  options: SegmentOptions,
  analysed: () => Analysis,
  run?: RunOptions,
): Strips {
  const { network, segmenter, stripRows, seed = 1 } = options;
  if (method === 'pixels') return pixelFeatures(grid, normalised);
  const scales = method === 'features' ? 1 : 2;
  const own =
    segmenter && !network
      ? networkFeatures(kernels, levelled, grid, segmenter, scales, options, analysed(), run)
      : undefined;
  if (own) return own;
  const features = method === 'features' ? convolutionalFeatures : upsampledFeatures;
  const strips = features(kernels, grid, normalised, network, seed, stripRows);
  return segmenter && !network ? { ...strips, warnings: [WITHOUT_FEATURES] } : strips;
}

/** Where features are from that are not the segmentation network's, for the record. */
function sourceOf(method: ClusterMethod, { network }: SegmentOptions): string | null {
  if (method === 'pixels') return null;
  return network ? 'given' : 'untrained filter bank';
}

/**
 * What takes a cluster for defects too if the network, whose features were clustered, calls enough of its pixels
 * (`likely`) defects: heights alone do not tell a wide shallow defect from a row.
 */
function agreeing(labels: Uint8Array, valid: Uint8Array, likely: Uint8Array) {
  return (report: ClusterReport, cluster: number): ClusterReport => {
    let [count, agreed] = [0, 0];
    for (let i = 0; i < labels.length; i++) {
      if (labels[i] !== cluster || !valid[i]) continue;
      count++;
      agreed += likely[i];
    }
    if (report.isDefect || !(agreed > ENOUGH_LIKELY * count)) return report;
    const percent = Math.round((100 * agreed) / count);
    return { ...report, isDefect: true, why: `the network calls ${percent} % of it defects` };
  };
}

function diceOf(a: Uint8Array, b: Uint8Array): number {
  let [both, sum] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    both += a[i] & b[i];
    sum += a[i] + b[i];
  }
  return sum > 0 ? (2 * both) / sum : 1;
}

function forTheRecord(report: ClusterReport, cluster: number) {
  const short = (value: number) => Number(value.toPrecision(4));
  const { fraction, contrast, compactness } = report;
  return {
    cluster,
    ...report,
    fraction: short(fraction),
    contrast: short(contrast),
    compactness: short(compactness),
  };
}

function onLevelledGrid(
  { labels, distances, k }: Clustering,
  grid: Grid,
  rows: number,
  columns: number,
): Uint8Array {
  return distances ? nearestCluster(distances, k, grid, rows, columns) : labels;
}

function overrule(
  reports: ClusterReport[],
  clusters: readonly number[] | undefined,
): ClusterReport[] {
  if (!clusters) return reports;
  for (const cluster of clusters) {
    if (!(Number.isInteger(cluster) && cluster >= 0 && cluster < reports.length)) {
      throw new OptionError(
        `clusters: expected numbers from 0 to ${reports.length - 1}, got ${cluster}.`,
      );
    }
  }
  return reports.map((report, index) => ({
    ...report,
    isDefect: clusters.includes(index),
    why: clusters.includes(index) ? 'named by the caller' : 'not named by the caller',
  }));
}
