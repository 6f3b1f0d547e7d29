import type { Region, Regions } from '../regions.ts';

/** Pixels of what the network sees in one piece that depart one way, in the channel where they depart most. */
export interface Part extends Departure {
  own: number[];
  /** The middles that count there, numbered. (rows, columns) */
  middles: Int32Array;
}

/** Channel, way (1 up, -1 down), and how many deviations. */
export interface Departure {
  channel: number;
  sign: number;
  size: number;
}

/** Heights over their surroundings, (rows, columns) per channel, and the standard deviation of each where no defect is. */
export interface Departures {
  planes: readonly Float32Array[];
  deviations: readonly number[];
}

/** Row spacings by which what departs up and what departs down in one piece are two defects. */
const APART = 1.5;

/**
 * Parts of pieces that depart the other way than most of their piece and hold a middle of their own: a pit beside an
 * atom. A middle within 1.5 row spacings of one of the rest is another side of the same defect.
 * `pieces`: the number of each pixel's piece, one more than its index in `main`.
 */
export function otherParts(
  main: readonly Part[],
  pieces: Int32Array,
  { labels, regions }: Regions,
  departures: Departures,
  spacingPx: number,
): Part[] {
  const sums = departures.planes.map(() => new Float64Array(regions.length + 1));
  const pieceOf = new Int32Array(regions.length + 1);
  for (let i = 0; i < labels.length; i++) {
    if (!labels[i]) continue;
    pieceOf[labels[i]] = pieces[i];
    departures.planes.forEach((plane, c) => {
      sums[c][labels[i]] += plane[i] / departures.deviations[c];
    });
  }
  const byPiece = main.map((): Region[] => []);
  for (const middle of regions)
    if (pieceOf[middle.id]) byPiece[pieceOf[middle.id] - 1].push(middle);
  const counts = new Uint8Array(regions.length + 1);
  main.forEach(({ sign }, piece) => {
    const isOther = ({ id }: Region) => {
      const most = sums.reduce((sum, { [id]: s }) => (Math.abs(s) > Math.abs(sum) ? s : sum), 0);
      return most * sign < 0;
    };
    const others = byPiece[piece].filter(isOther);
    if (others.length === 0) return;
    const rest = byPiece[piece].filter((middle) => !others.includes(middle));
    for (const one of others) {
      if (rest.every((other) => distance(one, other) >= APART * spacingPx)) counts[one.id] = 1;
    }
  });
  if (!counts.includes(1)) return [];
  const middles = labels.map((id) => (counts[id] ? id : 0));
  return main.flatMap((part) => {
    if (!part.own.some((at) => middles[at])) return [];
    const found = strongest(departures, part.own, -part.sign);
    const own = part.own.filter((at) => found.sign * departures.planes[found.channel][at] > 0);
    return [{ ...found, own, middles }];
  });
}

function distance(one: Region, other: Region): number {
  const [dx, dy] = [one.x - other.x, one.y - other.y];
  return Math.sqrt(dx * dx + dy * dy);
}

/** Where pixels depart most: of all, or of those that depart that way. */
export function strongest(
  { planes, deviations }: Departures,
  pixels: readonly number[],
  way = 0,
): Departure {
  let [most, channel, sign] = [-1, 0, way || 1];
  planes.forEach((plane, c) => {
    for (const at of pixels) {
      if (way * plane[at] < 0) continue;
      const size = Math.abs(plane[at]) / deviations[c];
      if (size <= most) continue;
      most = size;
      channel = c;
      sign = plane[at] < 0 ? -1 : 1;
    }
  });
  return { channel, sign, size: most };
}
