import type { Measured } from '../measure.ts';

/** What one process is asked to measure. */
export interface Request {
  /** Only cases whose name holds this text. */
  only: string;
  seconds: number;
  peers: boolean;
}

/** What it answers. */
export interface Answer {
  /** Host and version. */
  host: string;
  peers: { name: string; version: string }[];
  absent: { name: string; reason: string }[];
  measured: Measured;
}
