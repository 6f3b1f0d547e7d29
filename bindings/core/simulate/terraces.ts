import type { Random } from '../random.ts';
import { smoothStep } from './surface.ts';
import type { Tables } from './tables.ts';

/** How the edges of a stepped surface look. Lengths in px. */
export interface EdgeStyle {
  /** Direction along the edges: cosine and sine of the angle from the columns' axis. */
  cos: number;
  sin: number;
  /** Edges wander in whole steps of this, once per this length at most. */
  cell: number;
  /** Chance of a kink per cell, of every even and every odd edge: straight S_A, ragged S_B. */
  kinks: readonly [number, number];
  /** Width over which the height falls. */
  softness: number;
}

interface Edge {
  first: number;
  /** Place across the terraces for every cell along the edge. */
  v: Float64Array;
  low: number;
  high: number;
}

/** Terraces that descend in steps of one layer across parallel edges. */
export class Terraces {
  private readonly style: EdgeStyle;
  private readonly edges: Edge[] = [];

  /** Edges at the given places across (px from the frame's first corner, along the normal). */
  constructor(random: Random, style: EdgeStyle, places: readonly number[], reach: number) {
    this.style = style;
    places.forEach((place, k) => {
      this.edges.push(wander(random, style, place, reach, style.kinks[k % 2]));
    });
  }

  get count(): number {
    return this.edges.length;
  }

  /** How many edges lie above (x, y): the terrace's number; in between at an edge. */
  passed(x: number, y: number): number {
    const { cos, sin, softness } = this.style;
    const u = x * cos + y * sin;
    const v = y * cos - x * sin;
    let sum = 0;
    for (const edge of this.edges) {
      if (v > edge.high + softness) sum += 1;
      else if (v >= edge.low - softness) {
        for (let i = -1; i <= 1; i++) {
          const beyond = v - this.edgeAt(edge, u + (i / 2) * softness);
          sum += smoothStep(0.5 + beyond / softness) / 3;
        }
      }
    }
    return sum;
  }

  /** Whether an edge passes within `distance` of (x, y). */
  isNear(x: number, y: number, distance: number): boolean {
    const { cos, sin, cell } = this.style;
    const u = x * cos + y * sin;
    const v = y * cos - x * sin;
    return this.edges.some((edge) => {
      if (v < edge.low - distance || v > edge.high + distance) return false;
      for (let along = u - distance; along <= u + distance; along += Math.min(cell, distance)) {
        if (Math.abs(v - this.edgeAt(edge, along)) <= distance) return true;
        const here = this.edgeAt(edge, along);
        const next = this.edgeAt(edge, along + cell);
        // The riser of a kink.
        if (v >= Math.min(here, next) && v <= Math.max(here, next)) return true;
      }
      return false;
    });
  }

  private edgeAt(edge: Edge, u: number): number {
    const cell = Math.floor(u / this.style.cell) - edge.first;
    return edge.v[Math.max(0, Math.min(edge.v.length - 1, cell))];
  }
}

/** A random walk that is pulled back to its mean. */
function wander(
  random: Random,
  { cell }: EdgeStyle,
  place: number,
  reach: number,
  kink: number,
): Edge {
  const cells = Math.ceil((2 * reach) / cell) + 4;
  const v = new Float64Array(cells);
  let offset = 0;
  for (let i = 0; i < cells; i++) {
    if (random.uniform() < kink) offset += random.uniform() < 0.5 - 0.1 * offset ? 1 : -1;
    v[i] = place + offset * cell;
  }
  const low = v.reduce((a, b) => Math.min(a, b));
  const high = v.reduce((a, b) => Math.max(a, b));
  return { first: -(cells >> 1), v, low, high };
}

/** n places across a frame, apart from each other, for edges in a direction. */
export function edgePlaces(
  random: Random,
  n: number,
  rows: number,
  columns: number,
  { cos, sin }: Pick<EdgeStyle, 'cos' | 'sin'>,
): number[] {
  const corners = [0, rows * cos, -columns * sin, rows * cos - columns * sin];
  const low = Math.min(...corners);
  const width = Math.max(...corners) - low;
  return Array.from({ length: n }, (_, k) => {
    const share = (k + random.between(0.25, 0.75)) / n;
    return low + width * (0.1 + 0.8 * share);
  });
}

/** Direction of edges, at random. */
export function randomDirection(tables: Tables, random: Random): { cos: number; sin: number } {
  const turn = random.uniform();
  return { cos: tables.cosine(turn), sin: tables.cosine(turn - 0.25) };
}
