/**
 * Two extrema with no saddle lower than this part of the smaller one between them are one defect: by
 * how many of the two hold a middle of a defect (with one, only where the saddle is likely a defect too).
 */
const SADDLES = [0.5, 0.3, 0.9] as const;

/** Where two basins meet: their numbers, the highest pixel there, and its height. */
export interface Saddle {
  one: number;
  other: number;
  at: number;
  height: number;
}

/** Number the basin of each pixel, from 1, given from the highest down; the basins' peaks, and their saddles in order of height. */
export function fill(
  pixels: readonly number[],
  height: (at: number) => number,
  rows: number,
  columns: number,
  basins: Int32Array,
): { peaks: number[]; saddles: Saddle[] } {
  const peaks = [0];
  const saddles: Saddle[] = [];
  const met = new Set<number>();
  for (const at of pixels) {
    const x = at % columns;
    const y = (at - x) / columns;
    let own = 0;
    for (let r = Math.max(0, y - 1); r <= Math.min(rows - 1, y + 1); r++) {
      for (let c = Math.max(0, x - 1); c <= Math.min(columns - 1, x + 1); c++) {
        const basin = basins[r * columns + c];
        if (!basin || basin === own) continue;
        if (!own) {
          own = basin;
          continue;
        }
        const [one, other] = own < basin ? [own, basin] : [basin, own];
        const pair = one * pixels.length + other;
        if (met.has(pair)) continue;
        met.add(pair);
        saddles.push({ one, other, at, height: height(at) });
      }
    }
    if (!own) {
      own = peaks.length;
      peaks.push(height(at));
    }
    basins[at] = own;
  }
  return { peaks, saddles };
}

/** The middle that each basin holds, 0 where none, from which most of its pixels are. */
export function middlesOf(
  pixels: readonly number[],
  basins: Int32Array,
  middles: Int32Array,
  n: number,
): Int32Array {
  const counts = Array.from({ length: n }, () => new Map<number, number>());
  for (const at of pixels) {
    if (!middles[at]) continue;
    const own = counts[basins[at]];
    own.set(middles[at], (own.get(middles[at]) ?? 0) + 1);
  }
  return Int32Array.from(counts, (own) => {
    let [best, most] = [0, 0];
    for (const [middle, count] of own) if (count > most) [best, most] = [middle, count];
    return best;
  });
}

/**
 * For each basin the one that it is joined to, itself where to none; `onJoin` is told of the saddle and the
 * higher of the two. Changes middles.
 */
export function join(
  peaks: readonly number[],
  saddles: readonly Saddle[],
  middles: Int32Array,
  sure: Uint8Array,
  onJoin: (at: number, basin: number) => void,
): Int32Array {
  const joined = Int32Array.from(peaks, (_, basin) => basin);
  const root = (basin: number): number => {
    let at = basin;
    while (joined[at] !== at) at = joined[at];
    return at;
  };
  for (const { one, other, at, height } of saddles) {
    const [a, b] = [root(one), root(other)];
    if (a === b) continue;
    const [high, low] = peaks[a] >= peaks[b] ? [a, b] : [b, a];
    const held = (middles[a] ? 1 : 0) + (middles[b] ? 1 : 0);
    const same = held === 2 && middles[a] === middles[b];
    const part = held === 1 && !sure[at] ? SADDLES[0] : SADDLES[held];
    if (!same && height <= part * peaks[low]) continue;
    joined[low] = high;
    onJoin(at, high);
    if (!middles[high]) middles[high] = middles[low];
  }
  return joined.map((_, basin) => root(basin));
}

/** Whether one of the up to eight pixels around is in the mask for another basin, of this part or of another. */
export function touches(
  at: number,
  basin: number,
  rows: number,
  columns: number,
  basins: Int32Array,
  mask: Uint8Array,
): boolean {
  const x = at % columns;
  const y = (at - x) / columns;
  for (let r = Math.max(0, y - 1); r <= Math.min(rows - 1, y + 1); r++) {
    for (let c = Math.max(0, x - 1); c <= Math.min(columns - 1, x + 1); c++) {
      const other = r * columns + c;
      if (mask[other] && basins[other] !== basin) return true;
    }
  }
  return false;
}
