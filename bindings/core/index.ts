// The public API: re-exports only.

export { chooseChannels, describe } from './channels.ts';
export {
  type DefectDescription,
  type Describable,
  type Description,
  describeDefects,
  type LatticeReport,
  latticeLine,
} from './describe.ts';
export * from './errors.ts';
export {
  type DefectRow,
  type PointRow,
  readPointsCsv,
  writeDefectsCsv,
  writePointsCsv,
} from './export/csv.ts';
export { type OutputFile, type RunResult, runFileNames, runFiles } from './export/files.ts';
export { writeNpy } from './export/npy.ts';
export { density, type ReportTruth } from './export/report.ts';
export { writeSxm } from './export/sxm.ts';
export { type EpisodeOptions, type EpisodeResult, runEpisodes } from './fewshot/episode.ts';
export { loadRelation, type Method, methodNames } from './fewshot/index.ts';
export { type ReadOptions, readScan, type Siblings } from './formats/index.ts';
export {
  type Clusters,
  type ConvLayer,
  Kernels,
  type KmeansOptions,
  type LoadedNetwork,
} from './kernels.ts';
export type { Measured } from './lattice/estimate.ts';
export type { LatticeSite } from './lattice/sites.ts';
export { type Length, parseAreaNm2, parseLength, parseLengthNm } from './lengths.ts';
export { type Matching, matchPositions } from './matching.ts';
export { type EmbeddingNetwork, loadEmbeddingNetwork, untrainedNetwork } from './network.ts';
export * from './pipeline.ts';
export { Pool, type PooledNetwork, type PoolWorker } from './pool.ts';
export type { PreprocessOptions } from './preprocess/index.ts';
export type { Levelled } from './preprocess/levelled.ts';
export type { Abortable, ProgressEvent, RunOptions } from './progress.ts';
export { Random } from './random.ts';
export type { Channel, Direction, Pixels, Scan, Step } from './scan.ts';
export {
  CLUSTER_METHODS,
  type ClusterReport,
  SEGMENT_METHODS,
  type Segmenter,
  type SegmentMethod,
  type SegmentOptions,
} from './segment/index.ts';
export { simulateDimerRows } from './simulate/index.ts';
export {
  type SceneOptions,
  type SimulatedScene,
  simulateScene,
  surfaceNames,
} from './simulate/scene.ts';
export { sceneScan } from './simulate/scene-scan.ts';
export * from './train/index.ts';
export { version } from './version.ts';
export type { WasmExports } from './wasm.ts';
export { readWeights } from './weights/index.ts';
export { writeSafetensors } from './weights/safetensors.ts';
