import { type FindOptions, parseAreaNm2, SEGMENT_METHODS } from '../index.ts';
import type { Given, OptionSpecs } from './args.ts';

/** Options of every command that segments. */
export const segmentOptions: OptionSpecs = {
  method: {
    value: 'auto|network|pixels|features|upsampled',
    help: 'the segmentation network or, the last three, what k-means works on (default auto: the network, or k-means where it is too unsure)',
  },
  segmenter: {
    value: 'FILE',
    help: 'network that finds defects, of adatom train --task segment; default: the one that adatom brings',
  },
  k: { value: 'N', help: 'number of clusters' },
  clusters: {
    value: 'N,N',
    help: 'the clusters that are defects, instead of the automatic choice',
  },
  'min-area': { value: 'AREA', help: 'drop smaller regions, e.g. 0.1nm2' },
  'max-area': { value: 'AREA', help: 'set larger regions aside, e.g. 10nm2' },
  seed: { value: 'N', help: 'seed of everything random (default 1)' },
};

export function readSegmentOptions(given: Given, methodOption = 'method'): FindOptions {
  const options: FindOptions = {};
  const method = given.oneOf(methodOption, SEGMENT_METHODS);
  const k = given.integer('k');
  const clusters = given.integers('clusters');
  const minArea = given.text('min-area');
  const maxArea = given.text('max-area');
  const seed = given.integer('seed');
  if (method !== undefined) options.method = method;
  if (k !== undefined) options.k = k;
  if (clusters !== undefined) options.clusters = clusters;
  if (minArea !== undefined) options.minAreaNm2 = parseAreaNm2(minArea, '--min-area');
  if (maxArea !== undefined) options.maxAreaNm2 = parseAreaNm2(maxArea, '--max-area');
  if (seed !== undefined) options.seed = seed;
  return options;
}
