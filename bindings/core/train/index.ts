export { MASKS } from '../segment/masks.ts';
export { curvesSvg } from './curves.ts';
export type { LabelledScan } from './labelled-episodes.ts';
export { loadSegmenter } from './load-segmenter.ts';
export { type Progress, type Schedule, startProgress, train } from './loop.ts';
export { isOwn, readCheckpoint, weightsMetadata, writeCheckpoint } from './save.ts';
export {
  openSource,
  runHere,
  type ShardJob,
  type ShardRunner,
  type SourceDescription,
} from './shards.ts';
export {
  conv4Spec,
  inferenceLayers,
  type NetworkState,
  planNetwork,
  restoreTensors,
  stateTensors,
  unetSpec,
} from './trainer.ts';
export type { Episode, MaskBatch, NetworkSpec, Task } from './types.ts';
