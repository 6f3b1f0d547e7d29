import type { LatticeKind } from './lattice.ts';
import type { Lobe, Ring } from './motif.ts';

/** Surfaces with a catalogue of their own defects. */
export const catalogueNames = ['si001', 'si001-h', 'ge001', 'tio2-110'] as const;
export type CatalogueName = (typeof catalogueNames)[number];

/**
 * A kind of defect as it looks on its surface: channel 0 filled states, channel 1 empty ones; s and
 * t count in lattice periods along the row and in row spacings across it, widths in row spacings.
 */
export interface Entry {
  name: string;
  /** Height of its strongest lobe, nm. */
  heightNm: number;
  lobes: Lobe[];
  ring?: Ring;
  /** Missing or occupied sites along the row, fewest and most. */
  length: [number, number];
  /** Same way round everywhere; else as the lattice allows. */
  fixed: boolean;
}

/** What is known of a surface. Lengths and heights in nm. */
export interface Entries {
  kind: LatticeKind;
  rowNm: number;
  alongNm: number;
  /** Crest above mean of the rows, least and most. */
  corrugationNm: [number, number];
  /** Waves beside the rows' own: turns per period along and across, and part of the rows' height. */
  waves: { h: number; k: number; part: [filled: number, empty: number] }[];
  /** What half the scans show instead, in their own waves: another reconstruction. */
  otherWaves?: Entries['waves'];
  stepNm: number;
  /** Whether the rows turn by a quarter from one terrace to the next. */
  rotatedTerraces: boolean;
  /** Contrast of empty against filled states. */
  contrast: [number, number];
  defects: Entry[];
}

const lobe = (
  s: number,
  t: number,
  widthS: number,
  widthT: number,
  filled: number,
  empty: number,
): Lobe => ({ s, t, widthS, widthT, height: [filled, empty] });

const ring = (radius: number, width: number, filled: number, empty: number): Ring => ({
  radius,
  width,
  height: [filled, empty],
});

/** Missing dimers: dark at both biases, a trough nearly as wide as the row. */
const missing = (name: string, heightNm: number, length: [number, number]): Entry => ({
  name,
  heightNm,
  lobes: [lobe(0, 0, 0.2, 0.3, -1, -0.8)],
  length,
  fixed: true,
});

const one: [number, number] = [1, 1];

/** Bright, on one atom of a dimer; charged ones stand in a dark halo at empty states. */
const danglingBond = (heightNm: number): Entry => ({
  name: 'dangling-bond',
  heightNm,
  lobes: [lobe(0, 0.16, 0.3, 0.32, 1, 0.5)],
  ring: ring(0.95, 0.35, 0, -0.25),
  length: one,
  fixed: false,
});

/** Group V hydride pieces: bright and long in one bias, dark or haloed in the other. */
const oneDimerFragment: Entry = {
  name: 'one-dimer-fragment',
  heightNm: 0.06,
  lobes: [lobe(0, 0.2, 0.24, 0.24, 1, -0.7), lobe(0, -0.2, 0.24, 0.24, 0.5, -0.7)],
  length: one,
  fixed: false,
};
const twoDimerFragment: Entry = {
  name: 'two-dimer-fragment',
  heightNm: 0.09,
  lobes: [lobe(-0.5, 0.05, 0.26, 0.26, 1, -0.6), lobe(0.5, 0.05, 0.26, 0.26, 0.75, -0.6)],
  length: one,
  fixed: false,
};
const adatomCluster: Entry = {
  name: 'adatom-cluster',
  heightNm: 0.16,
  lobes: [
    lobe(-0.6, -0.2, 0.4, 0.4, 0.8, 0.8),
    lobe(0.6, 0.1, 0.45, 0.4, 1, 1),
    lobe(0, 0.5, 0.35, 0.35, 0.7, 0.6),
  ],
  length: one,
  fixed: false,
};

/** Chadi 1987; Hamers and Kohler 1989 (A, B and C defects); heights as in guides of dual-bias STM. */
const si001: Entries = {
  kind: 'rows',
  rowNm: 0.768,
  alongNm: 0.384,
  corrugationNm: [0.008, 0.02],
  waves: [{ h: 1, k: 0, part: [0.12, 0.3] }],
  stepNm: 0.136,
  rotatedTerraces: true,
  contrast: [0.6, 1.1],
  defects: [
    missing('vacancy', 0.08, one),
    missing('double-vacancy', 0.085, [2, 2]),
    missing('vacancy-line', 0.085, [3, 7]),
    {
      name: 'c-defect',
      heightNm: 0.06,
      lobes: [lobe(-0.5, 0.2, 0.22, 0.2, -1, 1.2), lobe(0.5, 0.2, 0.22, 0.2, -1, -0.6)],
      length: one,
      fixed: false,
    },
    oneDimerFragment,
    twoDimerFragment,
    adatomCluster,
  ],
};

const si001H: Entries = {
  ...si001,
  corrugationNm: [0.005, 0.015],
  defects: [
    danglingBond(0.12),
    {
      name: 'charged-dangling-bond',
      heightNm: 0.15,
      lobes: [lobe(0, 0.16, 0.34, 0.36, 1, 0.9)],
      ring: ring(1.5, 0.5, -0.35, -0.35),
      length: one,
      fixed: false,
    },
    {
      name: 'depassivated-dimer',
      heightNm: 0.14,
      lobes: [lobe(0, -0.16, 0.3, 0.3, 1, 0.6), lobe(0, 0.16, 0.3, 0.3, 1, 0.6)],
      length: [1, 3],
      fixed: true,
    },
    {
      name: 'dihydride',
      heightNm: 0.04,
      lobes: [lobe(0, 0.3, 0.22, 0.2, -1, -0.6), lobe(0, -0.3, 0.22, 0.2, -1, -0.6)],
      length: one,
      fixed: true,
    },
    {
      name: 'siloxane',
      heightNm: 0.05,
      lobes: [lobe(0, 0, 0.22, 0.42, -1, 0.4)],
      length: one,
      fixed: true,
    },
    missing('vacancy', 0.07, one),
    missing('vacancy-line', 0.08, [2, 6]),
    twoDimerFragment,
  ],
};

const ge001: Entries = {
  kind: 'rows',
  rowNm: 0.8,
  alongNm: 0.4,
  corrugationNm: [0.012, 0.03],
  // c(4x2): buckled dimers, neighbouring rows out of step; p(2x2): in step.
  waves: [{ h: 0.5, k: 0.5, part: [0.5, 0.35] }],
  otherWaves: [{ h: 0.5, k: 1, part: [0.5, 0.35] }],
  stepNm: 0.141,
  rotatedTerraces: true,
  contrast: [0.7, 1.2],
  defects: [
    missing('vacancy', 0.09, one),
    missing('vacancy-cluster', 0.1, [2, 4]),
    oneDimerFragment,
    twoDimerFragment,
    {
      name: 'three-lobe-fragment',
      heightNm: 0.1,
      lobes: [
        lobe(-1, 0.15, 0.24, 0.24, 0.8, 0.3),
        lobe(0, -0.15, 0.24, 0.24, 1, -0.5),
        lobe(1, 0.15, 0.24, 0.24, 0.8, 0.3),
      ],
      length: one,
      fixed: false,
    },
    {
      name: 'adatom',
      heightNm: 0.12,
      lobes: [lobe(0, 0.5, 0.3, 0.3, 1, 0.9)],
      length: one,
      fixed: false,
    },
  ],
};

/** Diebold 2003, Surf. Sci. Rep. 48, 53. Sites are the bright rows; bridging oxygen is half a row off. */
const tio2: Entries = {
  kind: 'rows',
  rowNm: 0.649,
  alongNm: 0.296,
  corrugationNm: [0.015, 0.04],
  waves: [{ h: 1, k: 0, part: [0.08, 0.12] }],
  stepNm: 0.325,
  rotatedTerraces: false,
  contrast: [0.8, 1.1],
  defects: [
    {
      name: 'oxygen-vacancy',
      heightNm: 0.035,
      lobes: [lobe(0, 0.5, 0.24, 0.24, 1, 1)],
      length: one,
      fixed: true,
    },
    {
      name: 'hydroxyl',
      heightNm: 0.06,
      lobes: [lobe(0, 0.5, 0.34, 0.26, 1, 1)],
      length: one,
      fixed: true,
    },
    {
      name: 'hydroxyl-pair',
      heightNm: 0.09,
      lobes: [lobe(-0.5, 0.5, 0.3, 0.28, 1, 1), lobe(0.5, 0.5, 0.3, 0.28, 1, 1)],
      length: one,
      fixed: true,
    },
    {
      name: 'water',
      heightNm: 0.11,
      lobes: [lobe(0, 0, 0.4, 0.38, 1, 0.9)],
      length: one,
      fixed: true,
    },
    {
      name: 'interstitial',
      heightNm: 0.05,
      lobes: [lobe(0, 0, 0.55, 0.6, 1, 1.2)],
      ring: ring(1.2, 0.4, -0.3, -0.2),
      length: one,
      fixed: true,
    },
    {
      name: 'subsurface',
      heightNm: 0.03,
      lobes: [lobe(0, 0, 1, 1, -1, -0.7)],
      length: one,
      fixed: true,
    },
  ],
};

/** The catalogue of a surface, by name. */
export const catalogue: Readonly<Record<CatalogueName, Entries>> = {
  si001,
  'si001-h': si001H,
  ge001,
  'tio2-110': tio2,
};
