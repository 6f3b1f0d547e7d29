// The public API: re-exports only.

export { chooseChannels, describe } from './channels.ts';
export type { ClassCount } from './counts.ts';
export { countLabels } from './counts.ts';
export type { Normalisation, SizedPoint } from './crop.ts';
export {
  type DefectDescription,
  type Describable,
  type Description,
  describeDefects,
  type LatticeReport,
  latticeLine,
} from './describe.ts';
export type { Embedded, EmbedOptions } from './embed-points.ts';
export { defaultCrop, embedPoints } from './embed-points.ts';
export * from './errors.ts';
export {
  type DefectRow,
  type PointRow,
  readPointsCsv,
  writeDefectsCsv,
  writePointsCsv,
} from './export/csv.ts';
export { type OutputFile, type RunResult, runFileNames, runFiles } from './export/files.ts';
export { nextLabelsLine } from './export/next-labels.ts';
export type { NpyValues } from './export/npy.ts';
export { writeNpy } from './export/npy.ts';
export { areaLine, density, type ReportTruth } from './export/report.ts';
export { writeSxm } from './export/sxm.ts';
export {
  Comparer,
  type LibraryVectors,
  type Nameable,
  type NamedExample,
} from './fewshot/comparer.ts';
export { type EpisodeOptions, type EpisodeResult, runEpisodes } from './fewshot/episode.ts';
export { loadRelation, type Method, methodNames } from './fewshot/index.ts';
export type { LinearLayer, RelationModule } from './fewshot/relationModule.ts';
export type { Classification, ClassifyOptions } from './fewshot/types.ts';
export { type ReadOptions, readScan, type Siblings } from './formats/index.ts';
export type { RowStream } from './graph.ts';
export type { Nearest } from './kernels.ts';
export {
  type Clusters,
  type ConvLayer,
  Kernels,
  type KmeansOptions,
  type LoadedNetwork,
} from './kernels.ts';
export { isReservedLabel, labelText, NOT_A_DEFECT, TOO_LARGE, UNKNOWN } from './label-words.ts';
export type { Measured } from './lattice/estimate.ts';
export type { LatticeSite } from './lattice/sites.ts';
export type { Picture } from './lattice/spectrum.ts';
export type { ConcatLayer, LayerKind, NetworkLayer } from './layers.ts';
export { type Length, parseAreaNm2, parseLength, parseLengthNm } from './lengths.ts';
export type { Position } from './matching.ts';
export { type Matching, matchPositions } from './matching.ts';
export type { Named, NamedEmbeddings, NameOptions } from './name-points.ts';
export { nameCompared } from './name-points.ts';
export { type EmbeddingNetwork, loadEmbeddingNetwork, untrainedNetwork } from './network.ts';
export type {
  ClassifyDefectsOptions,
  Defect,
  FindOptions,
  Found,
  NamedDefects,
  PrepareOptions,
} from './pipeline.ts';
export {
  asMeasured,
  classifyDefects,
  findDefects,
  findDefectsInPool,
  prepare,
  snapToDefects,
} from './pipeline.ts';
export type { PoolReply, PoolRequest } from './pool.ts';
export { Pool, type PooledNetwork, type PoolTask, type PoolWorker } from './pool.ts';
export type { ChannelUsed, Point, Prepared, SupportPoint } from './prepared.ts';
export { isInside } from './prepared.ts';
export type { PreprocessOptions } from './preprocess/index.ts';
export type { Levelled } from './preprocess/levelled.ts';
export type { Abortable, ProgressEvent, RunOptions } from './progress.ts';
export { Random } from './random.ts';
export { onlyRegions } from './regions.ts';
export type { Channel, Direction, Pixels, Scan, Step } from './scan.ts';
export type { Click, ClusterMethod } from './segment/index.ts';
export {
  CLUSTER_METHODS,
  type ClusterReport,
  SEGMENT_METHODS,
  type Segmenter,
  type SegmentMethod,
  type SegmentOptions,
  wantsNetwork,
} from './segment/index.ts';
export {
  joinLibraries,
  libraryOf,
  readLibrary,
  type ScanExamples,
  writeLibrary,
} from './session/library.ts';
export { freeColour } from './session/palette.ts';
export type { PrincipalPlane } from './session/pca.ts';
export { surfaceSeen, surfaceWarnings } from './session/surfaces.ts';
export type { ClassLibrary, ClassStyle, ExampleSurface, SurfaceSeen } from './session/types.ts';
export type { Corner } from './shape/contour.ts';
export type { Bounds, DefectShape } from './shape/measure.ts';
export type { DimerRowOptions, SimulatedScan } from './simulate/index.ts';
export { simulateDimerRows } from './simulate/index.ts';
export type { Instrument } from './simulate/instrument.ts';
export type { Vector } from './simulate/lattice.ts';
export {
  type SceneOptions,
  type SimulatedScene,
  simulateScene,
  surfaceNames,
} from './simulate/scene.ts';
export { sceneScan } from './simulate/scene-scan.ts';
export type { SceneDefect } from './simulate/truth.ts';
export type { Moments } from './train/adamw.ts';
export * from './train/index.ts';
export type { LabelledEpisodesOptions } from './train/labelled-episodes.ts';
export type { MaskBatchesOptions } from './train/mask-batches.ts';
export type { ConcatNode, ConvNode, Plan, PlannedNode } from './train/plan.ts';
export type { SimulatedEpisodesOptions } from './train/simulated-episodes.ts';
export type { NodeSpec, ShardResult, TaskSource } from './train/types.ts';
export { version } from './version.ts';
export type { WasmExports, WasmMemory } from './wasm.ts';
export type { WasmModule } from './wasm-module.ts';
export { readWeights, type WeightArithmetic } from './weights/index.ts';
export { writeSafetensors } from './weights/safetensors.ts';
export type { Tensor, WeightsFile } from './weights/tensor.ts';
