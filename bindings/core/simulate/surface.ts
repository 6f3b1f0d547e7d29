import type { Kernels } from '../kernels.ts';
import type { Random } from '../random.ts';

/**
 * The two images of a dual-bias scan: filled states (negative sample bias), which the simulated
 * scan records forward, and empty states (positive), recorded backward.
 */
export type Image = 'filled' | 'empty';

/** A place of the lattice where a defect can sit, and the way its row runs. nm, frame's centre = 0. */
export interface Site {
  x: number;
  y: number;
  /** Unit vector along the row. */
  alongX: number;
  alongY: number;
}

/** A clean surface: what the tip would trace with no defect and no instrument. Coordinates as in Site. */
export interface Surface {
  /** Height, nm. */
  relief(x: number, y: number, image: Image): number;
  /** Every site whose x and y are within the given half-widths. */
  sites(halfWidth: number, halfHeight: number): Site[];
  /** Distance to the nearest step edge, nm, exact up to 3 nm; Infinity beyond that. */
  edgeDistance(x: number, y: number): number;
}

/** Lattice constant of the unreconstructed Si(001) surface = dimer spacing along a row, nm. */
const A = 0.384;
/** Dimer rows are two lattice constants apart. */
const ROW = 2 * A;
const STEP_HEIGHT = 0.136;
/** Half-width of an edge as a finite tip sees it, nm. */
const EDGE_SOFTNESS = 0.35;
const REACH = 3;

/** Ridge of the rows, peak to valley, and the dimers' modulation along a ridge, nm. */
const CORRUGATION = {
  filled: { ridge: 0.03, dimer: 0.004 },
  empty: { ridge: 0.024, dimer: 0.008 },
};

/** One step edge: its place across the terraces (v) for every cell of one row spacing along it (u). */
interface Edge {
  first: number;
  v: Float64Array;
  low: number;
  high: number;
}

/**
 * Si(001)-2x1: dimer rows on terraces that descend in single-layer steps; from one terrace to the
 * next the rows turn by 90 degrees. Where the upper terrace's rows run along the edge it is
 * straight (S_A), where they end at it, it is ragged in units of one row (S_B).
 * Chadi 1987, Phys. Rev. Lett. 59, 1691.
 *
 * angleDeg turns rows and edges together, clockwise in the image; extentNm is the frame's diagonal.
 */
export function dimerRowSurface(
  kernels: Kernels,
  random: Random,
  angleDeg: number,
  extentNm: number,
  steps: number,
): Surface {
  const angle = (angleDeg / 180) * Math.PI;
  const cos = kernels.cos(angle);
  const sin = kernels.sin(angle);
  const edges = makeEdges(random, extentNm, steps);

  /** Rows along s, t across them. */
  function rows(s: number, t: number, image: Image): number {
    const { ridge, dimer } = CORRUGATION[image];
    const crest = 0.5 + 0.5 * kernels.cos((2 * Math.PI * t) / ROW);
    return ridge * (crest - 0.5) + dimer * crest * kernels.cos((2 * Math.PI * s) / A);
  }

  function relief(x: number, y: number, image: Image): number {
    const u = x * cos + y * sin;
    const v = y * cos - x * sin;
    let level = 0;
    // 1 on terraces whose rows run along u, 0 on the others, in between at their edges.
    let alongU = 1;
    edges.forEach((edge, k) => {
      const passed = passedEdge(edge, u, v);
      level -= STEP_HEIGHT * passed;
      alongU += k % 2 === 0 ? -passed : passed;
    });
    let texture = 0;
    if (alongU > 0) texture += alongU * rows(u, v, image);
    if (alongU < 1) texture += (1 - alongU) * rows(v, u, image);
    return level + texture;
  }

  function sites(halfWidth: number, halfHeight: number): Site[] {
    const found: Site[] = [];
    const reach = Math.ceil(Math.sqrt(halfWidth * halfWidth + halfHeight * halfHeight) / A);
    for (let j = -reach; j <= reach; j++) {
      for (let i = -reach; i <= reach; i++) {
        const u = i * A;
        const v = j * A;
        const x = u * cos - v * sin;
        const y = u * sin + v * cos;
        if (Math.abs(x) > halfWidth || Math.abs(y) > halfHeight) continue;
        let terrace = 0;
        for (const edge of edges) if (v > edgeAt(edge, u)) terrace++;
        const alongU = terrace % 2 === 0;
        // Lattice points between two rows carry no dimer.
        if ((alongU ? j : i) % 2 !== 0) continue;
        found.push({ x, y, alongX: alongU ? cos : -sin, alongY: alongU ? sin : cos });
      }
    }
    return found;
  }

  function edgeDistance(x: number, y: number): number {
    const u = x * cos + y * sin;
    const v = y * cos - x * sin;
    let nearest = Infinity;
    for (const edge of edges) nearest = Math.min(nearest, distanceTo(edge, u, v));
    return nearest;
  }

  return { relief, sites, edgeDistance };
}

/** Edges spread evenly over the frame, each a random walk that is pulled back to its mean. */
function makeEdges(random: Random, extentNm: number, steps: number): Edge[] {
  const cells = Math.ceil(extentNm / ROW) + 8;
  const edges: Edge[] = [];
  for (let k = 0; k < steps; k++) {
    const place = ((k + 1) / (steps + 1) - 0.5) * 0.8 * extentNm + random.between(-1.5, 1.5);
    // Half a row beyond a row's crest, so that the upper terrace ends with a whole row.
    const mean = (Math.round(place / ROW) + 0.5) * ROW;
    const kinkChance = k % 2 === 0 ? 0.03 : 0.45;
    const v = new Float64Array(cells);
    let offset = 0;
    for (let c = 0; c < cells; c++) {
      if (random.uniform() < kinkChance) {
        const back = 0.5 - 0.12 * offset;
        offset += random.uniform() < back ? 1 : -1;
      }
      v[c] = mean + offset * ROW;
    }
    const low = v.reduce((a, b) => Math.min(a, b));
    const high = v.reduce((a, b) => Math.max(a, b));
    edges.push({ first: -Math.floor(cells / 2), v, low, high });
  }
  return edges;
}

function edgeAt(edge: Edge, u: number): number {
  const cell = Math.floor(u / ROW) - edge.first;
  return edge.v[Math.max(0, Math.min(edge.v.length - 1, cell))];
}

/** 0 above the edge, 1 below it; smooth along and across, as the tip rounds every kink. */
function passedEdge(edge: Edge, u: number, v: number): number {
  if (v < edge.low - EDGE_SOFTNESS) return 0;
  if (v > edge.high + EDGE_SOFTNESS) return 1;
  let sum = 0;
  for (let i = -3; i <= 3; i++) {
    const beyond = v - edgeAt(edge, u + (i / 3) * EDGE_SOFTNESS);
    sum += smoothStep(0.5 + beyond / (2 * EDGE_SOFTNESS));
  }
  return sum / 7;
}

function distanceTo(edge: Edge, u: number, v: number): number {
  let nearest = Infinity;
  const from = Math.floor((u - REACH) / ROW);
  const to = Math.floor((u + REACH) / ROW);
  for (let cell = from; cell <= to; cell++) {
    const start = cell * ROW;
    const du = Math.max(start - u, 0, u - start - ROW);
    const dv = v - edgeAt(edge, start + ROW / 2);
    const distance = Math.sqrt(du * du + dv * dv);
    if (distance <= REACH) nearest = Math.min(nearest, distance);
  }
  return nearest;
}

/** 0 for x <= 0, 1 for x >= 1, the smooth cubic between. */
export function smoothStep(x: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  return x * x * (3 - 2 * x);
}
