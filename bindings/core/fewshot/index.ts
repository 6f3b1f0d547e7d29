export { classify, methodNamed, methodNames } from './classify.ts';
export { type EpisodeOptions, type EpisodeResult, runEpisodes } from './episode.ts';
export { loadRelation, type RelationModule } from './relationModule.ts';
export { makeSupport } from './support.ts';
export * from './types.ts';
