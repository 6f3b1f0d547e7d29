import { existsSync, readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import {
  type Kernels,
  readScan,
  type Scan,
  type SceneOptions,
  type SupportPoint,
  simulateScene,
} from '../../bindings/node/index.ts';
import { sharedFolder } from './cases.ts';
import { toScan } from './scans.ts';
import { surfaces } from './surfaces/index.ts';

/** A scan on which the defects' pixels are known. */
export interface MaskCase {
  name: string;
  real: boolean;
  scan: Scan;
  rows: number;
  columns: number;
  /** (rows, columns) */
  mask: Uint8Array;
  /** Every defect's middle; null where only the mask is known. */
  centres: { x: number; y: number }[] | null;
  /** Labelled defects, from which clicks are drawn; empty where the mask's regions serve. */
  points: SupportPoint[];
}

const REAL = 'tio2-110-m235';
const REAL_WIDTH_NM = 10;
const SCENES = ['scene-1', 'scene-2', 'scene-3', 'scene-4', 'scene-5', 'scene-6'];
const SCENE_SIDE = 256;
/** The paper's surfaces at its scales, as the simulator's catalogue has them: asked for by name, with their widths in nm. */
const CATALOGUE = { si001: 100, 'si001-h': 100, ge001: 50, 'tio2-110': 10 } as const;
const CATALOGUE_SIDE = 512;
const isOfCatalogue = (name: string): name is keyof typeof CATALOGUE =>
  Object.hasOwn(CATALOGUE, name);
/** Far from the seeds that training draws. */
const SCENE_SEED = 77_000_000;

export const maskCaseNames: readonly string[] = [REAL, ...Object.keys(surfaces), ...SCENES];

/** The case of that name, null where the reference scan that it needs is absent. */
export function makeMaskCase(kernels: Kernels, name: string, seed: number): MaskCase | null {
  if (name === REAL) return realCase();
  if (SCENES.includes(name)) {
    return sceneCase(kernels, name, {
      surface: 'random',
      seed: SCENE_SEED + 100 * seed + SCENES.indexOf(name),
      rows: SCENE_SIDE,
      columns: SCENE_SIDE,
    });
  }
  if (isOfCatalogue(name)) {
    return sceneCase(kernels, name, {
      surface: name,
      seed: SCENE_SEED + seed,
      rows: CATALOGUE_SIDE,
      columns: CATALOGUE_SIDE,
      pixelNm: CATALOGUE[name] / CATALOGUE_SIDE,
    });
  }
  const make = surfaces[name];
  if (!make)
    throw new Error(
      `--surface: expected one of ${[...maskCaseNames, ...Object.keys(CATALOGUE)].join(', ')}, got ${name}.`,
    );
  const surface = make(kernels, seed);
  const { rows, columns, mask, centres, points } = surface;
  return { name, real: false, scan: toScan(surface), rows, columns, mask, centres, points };
}

/** TiO2(110) with the mask that its authors published. */
function realCase(): MaskCase | null {
  const path = resolve(sharedFolder, 'real', `${REAL}.channel0.npy`);
  if (!existsSync(path)) return null;
  const scan = readScan(readFileSync(path), basename(path), { widthNm: REAL_WIDTH_NM });
  const { rows, columns } = scan.channels[0];
  const bytes = readFileSync(resolve(sharedFolder, 'real', `${REAL}.mask.npy`));
  // Stored as 64-bit integers.
  const mask = bytes.subarray(10 + bytes.readUInt16LE(8)).filter((_, i) => i % 8 === 0);
  return { name: REAL, real: true, scan, rows, columns, mask, centres: null, points: [] };
}

/** One of the simulator's own surfaces, with steps and disturbances, that training never drew. */
function sceneCase(kernels: Kernels, name: string, options: SceneOptions): MaskCase {
  const scene = simulateScene(kernels, options);
  const { planes, rows, columns, pixelNm, mask, defects, classes } = scene;
  const points = defects.map(({ x, y, class: number }) => ({
    x: Math.round(x),
    y: Math.round(y),
    label: classes[number].name,
  }));
  return {
    name,
    real: false,
    scan: toScan({ name, planes, rows, columns, pixelNm }),
    rows,
    columns,
    mask,
    centres: defects.map(({ x, y }) => ({ x, y })),
    points,
  };
}
