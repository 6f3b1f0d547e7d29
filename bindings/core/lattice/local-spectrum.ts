import type { Kernels } from '../kernels.ts';
import { select } from '../select.ts';

const TURN = 2 * Math.PI;
/** How much slower and faster than a wave those are that it is compared with: drift shears a lattice. */
const SLOWER = 0.8;
const FASTER = 1.25;
/** Parts of that range in each of which all waves count as equally likely. */
const RINGS = 3;
/** Fewer waves say too little of what is usual. */
const FEWEST = 8;

/** Places of a window's spectrum, cycles per window. */
interface Ring {
  u: number[];
  v: number[];
}

/** How far a wave stands out of the others of about its length within a square window. */
export class LocalSpectrum {
  private readonly side: number;
  private readonly rings: Ring[];
  /** Hann's window times the cosine and sine of 0, 1, 2, ... turns over it. */
  private readonly cos: Float64Array[] = [];
  private readonly sin: Float64Array[] = [];
  /** Transform of a window's lines, one array for each number of turns. */
  private readonly re: Float64Array[];
  private readonly im: Float64Array[];

  /** For waves of about these frequencies, cycles per pixel, in any direction; side in px. */
  constructor(kernels: Kernels, side: number, frequencies: readonly number[]) {
    this.side = side;
    this.rings = frequencies.flatMap((frequency) => ringsAbout(frequency * side, side));
    const most = Math.max(0, ...this.rings.flatMap(({ u, v }) => [...u, ...v]));
    for (let turns = 0; turns <= most; turns++) {
      const cos = new Float64Array(side);
      const sin = new Float64Array(side);
      for (let k = 0; k < side; k++) {
        const hann = 0.5 - 0.5 * kernels.cos((TURN * (k + 0.5)) / side);
        cos[k] = hann * kernels.cos((TURN * ((turns * k) % side)) / side);
        sin[k] = hann * kernels.sin((TURN * ((turns * k) % side)) / side);
      }
      this.cos.push(cos);
      this.sin.push(sin);
    }
    this.re = this.cos.map(() => new Float64Array(side));
    this.im = this.cos.map(() => new Float64Array(side));
  }

  /** Power of the strongest wave over what is usual, the mean of all planes (rows, columns). */
  prominence(planes: readonly Float64Array[], columns: number, left: number, top: number): number {
    const sums = this.rings.map(({ u }) => new Float64Array(u.length));
    for (const plane of planes) {
      this.transformLines(plane, columns, left, top);
      for (const [which, ring] of this.rings.entries()) {
        const powers = this.powersOf(ring);
        const usual = Math.max(1e-300, select(powers.slice(), powers.length >> 1));
        const sum = sums[which];
        for (let i = 0; i < sum.length; i++) sum[i] += powers[i] / usual / planes.length;
      }
    }
    return Math.max(0, ...sums.map((sum) => sum.reduce((most, value) => Math.max(most, value), 0)));
  }

  private transformLines(plane: Float64Array, columns: number, left: number, top: number): void {
    const { side, cos, sin, re, im } = this;
    for (let turns = 0; turns < cos.length; turns++) {
      const [c, s] = [cos[turns], sin[turns]];
      for (let y = 0; y < side; y++) {
        const at = (top + y) * columns + left;
        let sumRe = 0;
        let sumIm = 0;
        for (let x = 0; x < side; x++) {
          sumRe += plane[at + x] * c[x];
          sumIm -= plane[at + x] * s[x];
        }
        re[turns][y] = sumRe;
        im[turns][y] = sumIm;
      }
    }
  }

  private powersOf({ u, v }: Ring): Float64Array {
    const { side, cos, sin } = this;
    const powers = new Float64Array(u.length);
    for (let i = 0; i < powers.length; i++) {
      const [re, im] = [this.re[u[i]], this.im[u[i]]];
      const [c, s] = [cos[Math.abs(v[i])], sin[Math.abs(v[i])]];
      const sign = v[i] < 0 ? -1 : 1;
      let sumRe = 0;
      let sumIm = 0;
      for (let y = 0; y < side; y++) {
        sumRe += re[y] * c[y] + sign * im[y] * s[y];
        sumIm += im[y] * c[y] - sign * re[y] * s[y];
      }
      powers[i] = sumRe * sumRe + sumIm * sumIm;
    }
    return powers;
  }
}

/** Half of the rings about a number of cycles per window that pixels can tell: the other half mirrors it. */
function ringsAbout(cycles: number, side: number): Ring[] {
  const [from, to] = [SLOWER * cycles, FASTER * cycles];
  const rings = Array.from({ length: RINGS }, (): Ring => ({ u: [], v: [] }));
  const most = Math.min(Math.ceil(to), side >> 1);
  for (let u = 0; u <= most; u++) {
    for (let v = u === 0 ? 1 : -most; v <= most; v++) {
      const radius = Math.sqrt(u * u + v * v);
      if (radius < from || radius >= to) continue;
      const ring = rings[Math.floor((RINGS * (radius - from)) / (to - from))];
      ring.u.push(u);
      ring.v.push(v);
    }
  }
  return rings.filter(({ u }) => u.length >= FEWEST);
}
