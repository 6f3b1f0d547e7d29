// What adatom/kernels is on every host, re-exports only: the kernels and the network that names, and nothing that
// reads, finds, draws or trains.

export { type Embeddings, embedCrops } from './embed.ts';
export type { NamedBytes } from './engine/types.ts';
export * from './errors.ts';
export {
  type Clusters,
  type ConvLayer,
  Kernels,
  type KmeansOptions,
  type LoadedNetwork,
  type Nearest,
} from './kernels.ts';
export type { ConcatLayer, LayerKind, NetworkLayer } from './layers.ts';
export {
  type EmbeddingNetwork,
  loadSafetensorsNetwork as loadEmbeddingNetwork,
  untrainedNetwork,
} from './network.ts';
export type { RunOptions } from './progress.ts';
export { version } from './version.ts';
export type { WasmModule } from './wasm-module.ts';
export { readSafetensors as readWeights } from './weights/safetensors.ts';
export type { Tensor, WeightsFile } from './weights/tensor.ts';
