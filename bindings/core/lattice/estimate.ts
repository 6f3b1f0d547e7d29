import { angleDeg } from '../angle.ts';
import type { Kernels } from '../kernels.ts';
import { select } from '../select.ts';
import {
  added,
  areParallel,
  type Basis,
  chooseBasis,
  chooseRows,
  indexOf,
  lengthOf,
} from './basis.ts';
import { type Cell, conventional, type Fitted, fitCell, type Vector } from './cell.ts';
import {
  CALM,
  calmShare,
  LIVELY,
  mapWave,
  overlap,
  shareWhere,
  UNMEASURED,
  type WaveMap,
} from './maps.ts';
import { type Frequency, findPeaks, type Peak, PROMINENT, prominences } from './peaks.ts';
import { type Analysis, analyse, type Picture, powersOf, type Spectrum } from './spectrum.ts';
import { type BlockGrid, blockGrid, type Demodulated, demodulate, refine, whole } from './wave.ts';

/** A value and its standard error. */
export interface Measured {
  value: number;
  error: number;
}

/** One wave of the lattice, a multiple (h, k) of its basis; `map` holds its amplitude at that frequency. */
export interface LatticeWave {
  h: number;
  k: number;
  frequency: Frequency;
  prominence: number;
  map: WaveMap;
}

/** The lattice of the picture, or of those terraces of it that share one. Lengths in pixels. */
export interface LatticeFit extends Cell {
  /** Lengths of a and b. */
  lengthA: Measured;
  lengthB: Measured | null;
  /** Angle between a and b, degrees. */
  between: Measured | null;
  /** Direction of a, degrees, clockwise from x as a picture is seen. */
  direction: Measured;
  /** Root mean square height of the lattice in the first plane. */
  corrugation: number;
  /** Power of the strongest wave over what is usual at its frequency. */
  prominence: number;
  /** 0 none .. 1 certain: a third wave agrees with the two vectors, all stand far out of the noise. */
  confidence: number;
  /** Part of the picture that has it. */
  coverage: number;
  /** The second vector was told from a superstructure's waves, not seen itself. */
  inferred: boolean;
  waves: LatticeWave[];
  grid: BlockGrid;
}

/** Smaller pictures hold too few waves. */
const SMALLEST = 32;
/** Bins of the spectrum by which a wave may miss its multiple. */
const TOLERANCE = 0.45;
/** Waves that are that much stronger beside defects are scattered by them. */
const LEAST_CALM = 0.66;
/** Blocks of which less was measured say nothing. */
const LEAST_KNOWN = 0.1;
/** Waves of one lattice are strong in the same places. */
const TOGETHER = 0.8;
/** Less of a wave than this where another is strong: they are of different terraces. */
const ELSEWHERE = 0.5;
/** Alone, a wave has to stand out so much. */
const ALONE = 45;
/** Of two that are confirmed, neither is a trace of the other. */
const TRACE = 0.035;
/** What shows at a sum of two frequencies where noise does not, one of nine bins. */
const SHOWS = 10;
/** Part of the less prominent wave's prominence that shows there too. */
const SHOWS_OF = 0.1;
/** Bins within which one wave is another's mirror image, and that it has to be off both axes. */
const MIRRORED = 2;
/** Less power than this part of the other image's is none. */
const ALONE_POWER = 0.05;
/** Root mean square height, nm, that no microscope shows: what is lower is hum. */
const LEAST_NM = 1e-4;
/** Rows that show as one wave are at least this part as high, where they are, as the picture is rough on their scale; lower ones are hum. */
const LEAST_OF_ROUGHNESS = 0.05;
/** A second vector whose error is this part of its length was not seen. */
const LARGEST_ERROR = 1;
/** Terraces in two directions are common, in three there are. */
const MOST_LATTICES = 3;

interface Wave extends Peak {
  demodulated: Demodulated;
  map: WaveMap;
  weight: number;
}

/**
 * The lattices of a picture, the strongest first: one, or one per kind of terrace where these are
 * turned against each other; empty where none stands out. From peaks of the spectrum, brought to a
 * fraction of a bin by following their phase over the picture. Errors are of the scatter between
 * the picture's quarters.
 */
export function estimateLattices(
  kernels: Kernels,
  picture: Picture,
  analysis?: Analysis,
): LatticeFit[] {
  const { rows, columns } = picture;
  if (Math.min(rows, columns) < SMALLEST) return [];
  const { planes, spectrum } = analysis ?? analyse(kernels, picture);
  const prominence = prominences(spectrum);
  const grid = blockGrid(rows, columns);
  const calm = calmBlocks(planes[0], picture.valid, grid);
  const measured = findPeaks(prominence, rows, columns, picture.shortestPeriodPx).map((peak) =>
    measure(kernels, planes, grid, peak),
  );
  let left = measured
    .filter((wave) => !measured.some((other) => areHum(wave, other, picture)))
    .filter((wave) => {
      // Blocks that hold less than a wave and a half differ in variance by the wave itself.
      if (lengthOf(wave) * grid.side < 1.5) return true;
      return calmShare(kernels, wave.demodulated, wave, calm) >= LEAST_CALM;
    })
    .sort((a, b) => b.weight - a.weight);
  const isThere = (frequency: Frequency, least: number) =>
    strongestNear(prominence, rows, columns, frequency) >= Math.max(SHOWS, SHOWS_OF * least);
  const tolerance = TOLERANCE / Math.min(rows, columns);
  const found: LatticeFit[] = [];
  while (left.length > 0 && found.length < MOST_LATTICES) {
    const [strongest] = left;
    const members = left.filter(({ map }) => overlap(strongest.map, map) >= TOGETHER);
    const others = left.filter((wave) => !members.includes(wave));
    const fit = fitLattice(kernels, members, others, tolerance, isThere);
    if (!fit) break;
    if (isHighEnough(fit, spectrum, picture)) found.push(fit);
    left = others.filter(({ map }) => exclusive(strongest.map, map));
  }
  return found;
}

/**
 * Two images recorded to and fro show hum as two waves, each in one of them alone and mirrored in x: a lattice stays
 * where it is, hum goes with the time.
 */
function areHum(one: Wave, other: Wave, { rows, columns }: Picture): boolean {
  const mirrored =
    Math.abs(one.fx - other.fx) * columns < MIRRORED &&
    Math.abs(one.fy + other.fy) * rows < MIRRORED &&
    Math.min(Math.abs(one.fx) * columns, Math.abs(one.fy) * rows) > MIRRORED;
  const [a, b] = [aloneIn(one), aloneIn(other)];
  return mirrored && a !== null && b !== null && a !== b;
}

/** The one of two planes in which a wave is hardly anything, null where it is seen in both. */
function aloneIn({ map: { total } }: Wave): number | null {
  if (total.length < 2) return null;
  const [a, b] = total.map(({ re, im }) => re * re + im * im);
  return a < ALONE_POWER * b ? 0 : b < ALONE_POWER * a ? 1 : null;
}

/** In any of the planes, which have the spectrum given. */
function isHighEnough(
  { waves, b, coverage }: LatticeFit,
  spectrum: Spectrum,
  { planes, rows, columns, heightUnit }: Picture,
): boolean {
  const least = heightUnit === 'nm' ? LEAST_NM : 0;
  const slowest = lengthOf(waves[0].frequency) / 2;
  // Large, and wanted for a single wave only.
  const powers = waves.length === 1 && !b ? powersOf(spectrum) : [];
  const leasts = planes.map((_, plane) => {
    const power = powers[plane];
    const rough = power ? roughness(power, rows, columns, slowest) : 0;
    return Math.max(least, LEAST_OF_ROUGHNESS * rough);
  });
  return leasts.some((lowest, plane) => heightOf(waves, plane) / coverage >= lowest);
}

/** Root mean square height of all waves from a frequency on (cycles per pixel), from power on the half plane. */
function roughness(power: Float64Array, rows: number, columns: number, slowest: number): number {
  const half = power.length / rows;
  let sum = 0;
  for (let c = 0; c < half; c++) {
    // The other half plane is this one's mirror image.
    const weight = c === 0 || 2 * c === columns ? 1 : 2;
    const fx = c / columns;
    for (let r = 0; r < rows; r++) {
      const fy = (r <= rows / 2 ? r : r - rows) / rows;
      if (fx * fx + fy * fy >= slowest * slowest) sum += weight * power[c * rows + r];
    }
  }
  return Math.sqrt(sum) / (rows * columns);
}

/** Root mean square height of waves in a plane. */
function heightOf(waves: readonly { map: WaveMap }[], plane: number): number {
  const sum = waves.reduce((all, { map: { total } }) => {
    const { re, im } = total[plane];
    return all + re * re + im * im;
  }, 0);
  return Math.sqrt(sum / 2);
}

function exclusive(a: WaveMap, b: WaveMap): boolean {
  return shareWhere(a, b) < ELSEWHERE && shareWhere(b, a) < ELSEWHERE;
}

function measure(
  kernels: Kernels,
  planes: readonly Float64Array[],
  grid: BlockGrid,
  peak: Peak,
): Wave {
  const demodulated = demodulate(kernels, planes, grid, peak);
  const { fx, fy } = refine(kernels, demodulated, whole(grid));
  const map = mapWave(kernels, demodulated, { fx, fy }, peak.prominence);
  const height = Math.sqrt(map.total.reduce((all, { re, im }) => all + re * re + im * im, 0));
  const weight = height * (inStep(map) ? 1 : 0.5);
  return { fx, fy, prominence: peak.prominence, demodulated, map, weight };
}

/** Two images of one surface show its lattice in step or opposite; hum knows nothing of that. */
function inStep({ total }: WaveMap): boolean {
  if (total.length < 2) return true;
  const [a, b] = total;
  const along = a.re * b.re + a.im * b.im;
  const across = a.re * b.im - a.im * b.re;
  return Math.abs(across) <= 1.7 * Math.abs(along);
}

/**
 * CALM for the half of the blocks with less variance: the other half holds most of the defects. Neither for what was
 * hardly measured, where nothing varies.
 */
function calmBlocks(plane: Float64Array, valid: Uint8Array, grid: BlockGrid): Uint8Array {
  const { down, across, side, rows, columns } = grid;
  const variance = new Float64Array(down * across);
  const measured: number[] = [];
  for (let b = 0; b < variance.length; b++) {
    const top = Math.floor(b / across) * side;
    const left = (b % across) * side;
    let [sum, squares, n, known] = [0, 0, 0, 0];
    for (let y = top; y < Math.min(rows, top + side); y++) {
      for (let x = left; x < Math.min(columns, left + side); x++) {
        const value = plane[y * columns + x];
        sum += value;
        squares += value * value;
        known += valid[y * columns + x];
        n++;
      }
    }
    variance[b] = known >= LEAST_KNOWN * n ? squares / n - (sum / n) * (sum / n) : Number.NaN;
    if (!Number.isNaN(variance[b])) measured.push(variance[b]);
  }
  const median = select(Float64Array.from(measured), measured.length >> 1);
  return Uint8Array.from(variance, (value) =>
    Number.isNaN(value) ? UNMEASURED : value < median ? CALM : LIVELY,
  );
}

function strongestNear(
  prominence: Float64Array,
  rows: number,
  columns: number,
  { fx, fy }: Frequency,
): number {
  const sign = fx - Math.round(fx) < 0 ? -1 : 1;
  const c0 = Math.round(sign * (fx - Math.round(fx)) * columns);
  const r0 = Math.round(sign * fy * rows);
  let most = 0;
  for (let c = Math.max(0, c0 - 1); c <= Math.min(columns >> 1, c0 + 1); c++) {
    for (let r = r0 - 1; r <= r0 + 1; r++) {
      most = Math.max(most, prominence[c * rows + (((r % rows) + rows) % rows)]);
    }
  }
  return most;
}

function fitLattice(
  kernels: Kernels,
  members: readonly Wave[],
  others: readonly Wave[],
  tolerance: number,
  isThere: (frequency: Frequency, least: number) => boolean,
): LatticeFit | null {
  const [strongest] = members;
  const high = members.filter(({ weight }) => weight >= TRACE * strongest.weight);
  // Two waves that no third one confirms may be rows and hum.
  const pair = chooseBasis(high, tolerance, isThere);
  const basis = pair?.confirmed ? pair : chooseRows(members, tolerance);
  if (!basis.confirmed && strongest.prominence < ALONE) return null;
  const superstructure = basis.second ? null : fromSuperstructure(basis.first, others, tolerance);
  // What was told from overtones of the rows need not hold for a single wave.
  return (
    (superstructure && finish(kernels, [...members, ...others], superstructure, tolerance, true)) ??
    finish(kernels, members, basis, tolerance, false)
  );
}

/**
 * Rows whose units alternate, from row to row and along each, show two waves with half of either
 * frequency: their difference is that of the rows, their sum that of the units along them.
 */
function fromSuperstructure(
  first: Frequency,
  others: readonly Wave[],
  tolerance: number,
): Basis | null {
  const rows = { first, second: null, confirmed: false };
  for (const [i, p] of others.entries()) {
    for (const q of others.slice(i + 1)) {
      for (const sign of [1, -1]) {
        const index = indexOf(added(p, q, -sign), rows, tolerance);
        const second = added(p, q, sign);
        if (index && Math.abs(index.h) === 1 && !areParallel(first, second)) {
          return { first, second, confirmed: true };
        }
      }
    }
  }
  return null;
}

/** The lattice of a basis, fitted to all its waves; null where the fit has left too few of them. */
function finish(
  kernels: Kernels,
  candidates: readonly Wave[],
  basis: Basis,
  tolerance: number,
  inferred: boolean,
): LatticeFit | null {
  const rowsOnly = basis.second === null;
  const rough = conventional(fitCell(fittedTo(candidates, basis, tolerance, inferred), rowsOnly));
  const settled = { ...basis, first: rough.first, second: rough.second };
  const used = candidates.filter((wave) => multiple(wave, settled, tolerance, inferred));
  if (used.length === 0) return null;
  const fitted = fittedTo(candidates, settled, tolerance, inferred);
  const cell = fitCell(fitted, rowsOnly);
  // A single wave that is left of two vectors tells neither.
  if (![cell.a, cell.b ?? cell.a].every(({ x, y }) => Number.isFinite(x + y))) return null;
  const quarters = quarterCells(kernels, used, fitted, rowsOnly);
  const strongest = Math.max(...used.map(({ prominence }) => prominence));
  const lengthA = (one: Cell) => size(one.a);
  const directionOf = ({ a }: Cell) => angleDeg(kernels, a.x, a.y);
  const betweenOf = ({ a, b }: Cell) =>
    angleDeg(kernels, a.x * b!.x + a.y * b!.y, Math.abs(a.x * b!.y - a.y * b!.x));
  const lengthB = rowsOnly ? null : measured(cell, quarters, ({ b }) => size(b!));
  if (lengthB && lengthB.error > LARGEST_ERROR * lengthB.value) {
    return finish(kernels, candidates, { ...basis, second: null }, tolerance, false);
  }
  return {
    ...cell,
    lengthA: measured(cell, quarters, lengthA),
    lengthB,
    between: rowsOnly ? null : measured(cell, quarters, betweenOf),
    direction: measured(cell, quarters, directionOf),
    corrugation: heightOf(used, 0),
    prominence: strongest,
    confidence: confidenceOf(used, fitted, rowsOnly),
    coverage: coverageOf(used[0].map),
    inferred,
    waves: used.map((wave, i) => ({
      h: fitted[i].h,
      k: fitted[i].k,
      frequency: fitted[i].frequency,
      prominence: wave.prominence,
      map: wave.map,
    })),
    grid: used[0].demodulated.grid,
  };
}

/** Multiples of the basis, or halves of it in a superstructure. */
function multiple(wave: Frequency, basis: Basis, tolerance: number, halves: boolean) {
  if (!halves) return indexOf(wave, basis, tolerance);
  const index = indexOf({ fx: 2 * wave.fx, fy: 2 * wave.fy }, basis, 2 * tolerance);
  return index && { h: index.h / 2, k: index.k / 2, unfolded: wave };
}

function fittedTo(
  candidates: readonly Wave[],
  basis: Basis,
  tolerance: number,
  halves: boolean,
): Fitted[] {
  return candidates.flatMap((wave) => {
    const index = multiple(wave, basis, tolerance, halves);
    if (!index) return [];
    return [{ frequency: index.unfolded, h: index.h, k: index.k, weight: wave.prominence }];
  });
}

/** The same fit in each quarter of the picture, with its part of the power. */
function quarterCells(
  kernels: Kernels,
  used: readonly Wave[],
  fitted: readonly Fitted[],
  rowsOnly: boolean,
): { cell: Cell; weight: number }[] {
  const { down, across } = used[0].demodulated.grid;
  const [halfDown, halfAcross] = [down >> 1, across >> 1];
  return [0, 1, 2, 3].map((quarter) => {
    const part = {
      top: quarter < 2 ? 0 : down - halfDown,
      left: quarter % 2 === 0 ? 0 : across - halfAcross,
      down: halfDown,
      across: halfAcross,
    };
    let weight = 0;
    const waves = used.map((wave, i) => {
      const { fx, fy, power } = refine(kernels, wave.demodulated, part);
      weight += power;
      const { frequency } = fitted[i];
      return {
        ...fitted[i],
        frequency: { fx: frequency.fx + fx - wave.fx, fy: frequency.fy + fy - wave.fy },
      };
    });
    return { cell: fitCell(waves, rowsOnly), weight };
  });
}

/** A property of the whole and the standard error of the mean over the quarters. */
function measured(
  cell: Cell,
  quarters: readonly { cell: Cell; weight: number }[],
  property: (cell: Cell) => number,
): Measured {
  const value = property(cell);
  let [total, squares, scatter] = [0, 0, 0];
  for (const { cell: one, weight } of quarters) {
    const deviation = property(one) - value;
    total += weight;
    squares += weight * weight;
    scatter += weight * deviation * deviation;
  }
  const effective = (total * total) / squares;
  return { value, error: Math.sqrt(scatter / total / Math.max(0.5, effective - 1)) };
}

function size({ x, y }: Vector): number {
  return Math.sqrt(x * x + y * y);
}

/** How far the waves that the basis rests on stand out: the least prominent of the best along each vector. */
function confidenceOf(used: readonly Wave[], fitted: readonly Fitted[], rowsOnly: boolean): number {
  const best = (has: (wave: Fitted) => boolean) =>
    Math.max(PROMINENT, ...used.map(({ prominence }, i) => (has(fitted[i]) ? prominence : 0)));
  const least = rowsOnly
    ? best(({ h }) => h !== 0)
    : Math.min(
        best(({ h }) => h !== 0),
        best(({ k }) => k !== 0),
      );
  return 1 - PROMINENT / (least + PROMINENT);
}

/** Part of the blocks where the strongest wave has more than half of its usual amplitude. */
function coverageOf({ amplitude }: WaveMap): number {
  const usual = select(Float64Array.from(amplitude), Math.floor(0.9 * (amplitude.length - 1)));
  return amplitude.reduce((n, value) => n + (value > usual / 2 ? 1 : 0), 0) / amplitude.length;
}
