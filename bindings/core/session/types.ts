/** A place in the scan file's own pixels: x the column, y the row, origin at the top-left pixel centre. */
export interface Position {
  x: number;
  y: number;
}

/** A class that a person names defects by, and the colour that stands for it. */
export interface ClassStyle {
  name: string;
  /** '#rrggbb' */
  colour: string;
}

/** What a person said of the defect at a place: a class's name, or NOT_A_DEFECT. */
export interface DefectLabel extends Position {
  label: string;
}

/** Pixels of one row: [row, first column, number of pixels]. */
export type Run = readonly [row: number, column: number, length: number];

/** A defect that the person painted because segmentation missed it; (x, y) is its centroid. */
export interface AddedDefect extends Position {
  runs: readonly Run[];
}

/** By what a scan's surface is told from others. */
export interface SurfaceSeen {
  /** The scan's name. */
  source: string;
  /** null where no lattice shows. */
  rowSpacingNm: number | null;
}

/** A surface that examples were labelled on. */
export interface ExampleSurface extends SurfaceSeen {
  /** Labels of its examples, each once: not in libraries of earlier versions. */
  labels?: readonly string[];
}

/** Labelled examples of other scans, as vectors of one network. */
export interface ClassLibrary {
  /** sha256 null: the untrained filter bank, which its name identifies. */
  network: { name: string; sha256: string | null };
  dimension: number;
  classes: readonly ClassStyle[];
  /** Class of each example. */
  labels: readonly string[];
  /** (examples, dimension) */
  embeddings: Float32Array;
  /** Names of the scans that the examples were labelled in. */
  sources: readonly string[];
  /** Surfaces of those sources where they are known: not in libraries of earlier versions. */
  surfaces?: readonly ExampleSurface[];
}

/** Everything a person decided about one scan. Never changed in place: commands make new ones. */
export interface Labelling {
  classes: readonly ClassStyle[];
  /** Name of the class that a click gives; '' without any class. */
  current: string;
  /** In the order in which they were given; at most one for each place. */
  labels: readonly DefectLabel[];
  added: readonly AddedDefect[];
  /** Defects found by segmentation that the person erased, by their centroids. */
  erased: readonly Position[];
  library: ClassLibrary | null;
  /** Options of the run, by their names in the public API; plain JSON. */
  options: Readonly<Record<string, unknown>>;
}

/** A candidate of this label is left out of every count. */
export { NOT_A_DEFECT } from '../label-words.ts';
