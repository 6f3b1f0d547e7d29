import { existsSync, readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import {
  type Kernels,
  readPointsCsv,
  readScan,
  type Scan,
  type SupportPoint,
} from '../../bindings/node/index.ts';
import { toScan } from './scans.ts';
import { surfaces } from './surfaces/index.ts';

/** A scan on which some defects have known names. */
export interface Case {
  name: string;
  /** Measured by an instrument, not simulated. */
  real: boolean;
  scan: Scan;
  points: SupportPoint[];
}

/** Folder of reference material beside the project; see CONTRIBUTING.md. */
export const sharedFolder = resolve(process.env['ADATOM_SHARED'] ?? '../shared');

const REAL = 'real/si001-h-ph3-paddington-31_1';
const REAL_NAME = 'paddington-31_1';
const REAL_WIDTH_NM = 100;

export const caseNames: readonly string[] = [REAL_NAME, ...Object.keys(surfaces)];

/** The case of that name, null where the reference scan that it needs is absent. */
export function makeCase(kernels: Kernels, name: string, seed: number): Case | null {
  if (name === REAL_NAME) return realCase();
  const make = surfaces[name];
  if (!make) throw new Error(`--surface: expected one of ${caseNames.join(', ')}, got ${name}.`);
  const surface = make(kernels, seed);
  return { name, real: false, scan: toScan(surface), points: surface.points };
}

/** Both images of the labelled scan of Si(001):H. */
function realCase(): Case | null {
  const path = (end: string) => resolve(sharedFolder, `${REAL}.${end}`);
  const labels = path('labels.csv');
  if (!existsSync(labels)) return null;
  const [first, second] = [0, 1].map((channel) => {
    const file = path(`channel${channel}.npy`);
    return readScan(readFileSync(file), basename(file), { widthNm: REAL_WIDTH_NM });
  });
  return {
    name: REAL_NAME,
    real: true,
    scan: { ...first, channels: [...first.channels, ...second.channels] },
    points: readPointsCsv(readFileSync(labels, 'utf8'), basename(labels)).map(
      ({ x, y, label }) => ({ x, y, label: label! }),
    ),
  };
}
