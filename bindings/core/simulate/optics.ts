import type { Random } from '../random.ts';
import { type Plane, type Probe, probeReach, randomProbes, scanWith } from './probe.ts';
import type { Tables } from './tables.ts';

/** The tip's states during a scan: one for each channel, and others after a change at a line. */
export interface Optics {
  probes: [Probe, Probe];
  change?: { row: number; probes: [Probe, Probe] } | undefined;
}

/** Nothing of a feature reaches farther than this, px. */
export function opticsReach({ probes, change }: Optics): number {
  return Math.max(...[...probes, ...(change?.probes ?? [])].map(probeReach));
}

/** Noise-free image of a part of the surface whose first line is `top` in the scan. */
export function image(
  tables: Tables,
  { probes, change }: Optics,
  channel: 0 | 1,
  part: Plane,
  top: number,
): Float32Array {
  const changed = change ? Math.max(0, Math.min(part.rows, change.row - top)) : part.rows;
  if (!change || changed === part.rows) return scanWith(tables, probes[channel], part);
  const after = scanWith(tables, change.probes[channel], part);
  if (changed === 0) return after;
  const seen = scanWith(tables, probes[channel], part);
  seen.set(after.subarray(changed * part.columns), changed * part.columns);
  return seen;
}

/** Whether what is added to the surface adds up in its image. */
export function isLinear({ probes, change }: Optics, channel: 0 | 1): boolean {
  const states = [probes[channel], change?.probes[channel]];
  return states.every((probe) => !probe || (probe.curvature === 0 && !probe.second));
}

/** Tips for both channels, and another pair from the line on at which the tip changes. */
export function randomOptics(
  tables: Tables,
  random: Random,
  spacing: number,
  typical: number,
  changeRow: number | undefined,
): Optics {
  const probes = randomProbes(tables, random, spacing, typical);
  if (changeRow === undefined) return { probes };
  return {
    probes,
    change: { row: changeRow, probes: randomProbes(tables, random, spacing, typical) },
  };
}
