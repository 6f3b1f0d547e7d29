import { cutOut } from '../cut.ts';
import type { Kernels } from '../kernels.ts';
import type { Levelled } from '../preprocess/levelled.ts';
import type { RunOptions } from '../progress.ts';
import { joinAnswers, logOddsOf } from './answers.ts';
import type { Asking } from './asking.ts';
import { askField, type Field } from './field.ts';
import type { SegmentOptions } from './index.ts';
import type { Segmenter } from './segmenter.ts';
import { expectedDice, judgedScales } from './sights.ts';
import type { WorkingScale } from './working-scale.ts';

/** Sure enough of a scale, and how much surer another one has to be. */
const SURE = 0.65;
const CLEARLY = 0.3;
/** Levelled pixels on a side that are enough to tell which guess is right. */
const COMPARED = 1024;

/** What the network sees at the scales of one guess at the lattice. */
interface Look {
  scale: WorkingScale;
  field: Field;
  confidence: number;
}

/**
 * The first guess with which the network is sure of what it sees, else the one with which it is surest.
 * Guesses after the first are compared on the part of a scan where the first shows most, if it is much
 * larger.
 */
export function* bestLook(
  kernels: Kernels,
  levelled: Levelled,
  residuals: readonly Float32Array[],
  scales: readonly WorkingScale[],
  segmenter: Segmenter,
  options: SegmentOptions,
  run?: RunOptions,
): Asking<Look> {
  function* look(at: Picture, scale: WorkingScale, keepFeatures = false): Asking<Look> {
    const looking = { ...options, keepFeatures };
    const { spacings } = scale;
    const field = yield* askField(kernels, segmenter, at, at.residuals, spacings, looking, run);
    return { scale, field, confidence: expectedDice(kernels, field) };
  }
  const whole: Picture = { ...levelled, residuals };
  // What the last layer sees is large: only the first guess, mostly the one that is taken, keeps it.
  const first = yield* look(whole, scales[0], (options.clicks?.length ?? 0) > 0);
  if (first.confidence >= SURE || scales.length === 1) return first;
  forgetFeatures(first.field);
  const part = partOf(whole, first.field);
  let best = part === whole ? first : yield* look(part, scales[0]);
  for (const scale of scales.slice(1)) {
    if (best.confidence >= SURE) break;
    const other = yield* look(part, scale);
    // One that sees nothing where another sees something is as sure as it is wrong.
    if (seenIn(other.field) && other.confidence > best.confidence + CLEARLY) best = other;
  }
  if (best.scale === scales[0]) return first;
  if (part === whole) return best;
  const other = yield* look(whole, best.scale);
  return other.confidence > first.confidence ? other : first;
}

/** What the network looks at. */
interface Picture extends Pick<Levelled, 'rows' | 'columns' | 'planes' | 'valid'> {
  residuals: readonly Float32Array[];
}

/**
 * At most COMPARED pixels each way, of parts that overlap by half the one where most is seen; the picture
 * itself if it has no more.
 */
function partOf(picture: Picture, field: Field): Picture {
  const { planes, residuals, valid, ...size } = picture;
  const rows = Math.min(COMPARED, size.rows);
  const columns = Math.min(COMPARED, size.columns);
  if (rows === size.rows && columns === size.columns) return picture;
  let [most, top, left] = [-1, 0, 0];
  for (let y = 0; y < size.rows - COMPARED / 4; y += COMPARED / 2) {
    for (let x = 0; x < size.columns - COMPARED / 4; x += COMPARED / 2) {
      const at = { top: Math.min(y, size.rows - rows), left: Math.min(x, size.columns - columns) };
      const seen = seenIn(field, {
        top: at.top / size.rows,
        bottom: (at.top + rows) / size.rows,
        left: at.left / size.columns,
        right: (at.left + columns) / size.columns,
      });
      if (seen > most) [most, top, left] = [seen, at.top, at.left];
    }
  }
  const cut = <T extends Float32Array | Uint8Array>(from: T, to: T): T =>
    cutOut(from, size.columns, { top, left, rows, columns }, to);
  const n = rows * columns;
  return {
    rows,
    columns,
    planes: planes.map((plane) => cut(plane, new Float32Array(n))),
    residuals: residuals.map((plane) => cut(plane, new Float32Array(n))),
    valid: cut(valid, new Uint8Array(n)),
  };
}

/** Working pixels that are likely a defect's, of the scales that a guess is judged by, within parts of the picture's sides. */
function seenIn(
  field: Field,
  { top, bottom, left, right } = { top: 0, bottom: 1, left: 0, right: 1 },
): number {
  let seen = 0;
  for (const scale of judgedScales(field)) {
    const channels = field.maps[scale];
    const { rows, columns } = channels[0];
    const logOdds = logOddsOf(channels, 'defect');
    const end = Math.ceil(right * columns);
    for (let y = Math.floor(top * rows); y < Math.ceil(bottom * rows); y++) {
      for (let x = Math.floor(left * columns); x < end; x++) {
        if (logOdds[y * columns + x] > 0) seen++;
      }
    }
  }
  return seen;
}

/** Leave what is kept without features. */
function forgetFeatures({ maps }: Field): void {
  maps.forEach((channels, scale) => {
    const joined = joinAnswers(channels);
    maps[scale] = [{ ...joined, features: new Float32Array(0), planes: new Float32Array(0) }];
  });
}
