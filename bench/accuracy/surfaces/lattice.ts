import { type Canvas, direction, type Place } from './canvas.ts';

/** A lattice site: the cell (i along the first vector, j along the second). */
export interface Site extends Place {
  i: number;
  j: number;
}

/** A two-dimensional lattice, turned and a little sheared as drift leaves it. */
export class Lattice {
  readonly angleDeg: number;
  private readonly canvas: Canvas;
  private readonly along: readonly [number, number];
  private readonly across: readonly [number, number];
  private readonly origin: readonly [number, number];

  /** Lengths of the two vectors, nm, the angle between them and that of the first, degrees. */
  constructor(canvas: Canvas, a: number, b: number, betweenDeg: number, angleDeg: number) {
    const { kernels, random } = canvas;
    const drift = () => 1 + random.between(-0.015, 0.015);
    const [c0, s0] = direction(kernels, angleDeg);
    const [c1, s1] = direction(kernels, angleDeg + betweenDeg + random.between(-1, 1));
    const [la, lb] = [a * drift(), b * drift()];
    this.canvas = canvas;
    this.angleDeg = angleDeg;
    this.along = [la * c0, la * s0];
    this.across = [lb * c1, lb * s1];
    this.origin = [random.between(0, a), random.between(0, b)];
  }

  /** Cell coordinates of a place. */
  cell(x: number, y: number): [i: number, j: number] {
    const [ax, ay] = this.along;
    const [bx, by] = this.across;
    const determinant = ax * by - ay * bx;
    const dx = x - this.origin[0];
    const dy = y - this.origin[1];
    return [(dx * by - dy * bx) / determinant, (dy * ax - dx * ay) / determinant];
  }

  place(i: number, j: number): Place {
    return {
      x: this.origin[0] + i * this.along[0] + j * this.across[0],
      y: this.origin[1] + i * this.along[1] + j * this.across[1],
    };
  }

  /** The site (di, dj) of every cell, no closer than `border` nm to the frame. */
  sites(border: number, di = 0, dj = 0): Site[] {
    const size = this.canvas.sizeNm;
    const corners = [
      this.cell(0, 0),
      this.cell(size, 0),
      this.cell(0, size),
      this.cell(size, size),
    ];
    const range = (axis: 0 | 1) => {
      const values = corners.map((corner) => corner[axis]);
      return [Math.floor(Math.min(...values)), Math.ceil(Math.max(...values))];
    };
    const [firstI, lastI] = range(0);
    const [firstJ, lastJ] = range(1);
    const sites: Site[] = [];
    for (let j = firstJ; j <= lastJ; j++) {
      for (let i = firstI; i <= lastI; i++) {
        const { x, y } = this.place(i + di, j + dj);
        if (Math.min(x, y) < border || Math.max(x, y) > size - border) continue;
        sites.push({ x, y, i: i + di, j: j + dj });
      }
    }
    return sites;
  }
}

/** Draw a site for each wanted label, no two closer than `apart` nm. */
export function scatter<L extends string>(
  canvas: Canvas,
  sites: readonly Site[],
  counts: Readonly<Record<L, number>>,
  apart: number,
  taken: Place[] = [],
): { site: Site; label: L }[] {
  const wanted = canvas.random.shuffle(
    (Object.keys(counts) as L[]).flatMap((label) => new Array<L>(counts[label]).fill(label)),
  );
  const drawn: { site: Site; label: L }[] = [];
  for (const site of canvas.random.shuffle([...sites])) {
    if (drawn.length === wanted.length) break;
    const free = taken.every(
      ({ x, y }) => (x - site.x) * (x - site.x) + (y - site.y) * (y - site.y) >= apart * apart,
    );
    if (!free) continue;
    taken.push(site);
    drawn.push({ site, label: wanted[drawn.length] });
  }
  if (drawn.length < wanted.length) {
    throw new Error(`scatter: room for ${drawn.length} of ${wanted.length} defects`);
  }
  return drawn;
}
