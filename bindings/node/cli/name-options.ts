import { basename } from 'node:path';
import { loadRelation, methodNames, type NameOptions, readWeights } from '../index.ts';
import type { Given, OptionSpecs } from './args.ts';
import type { Context } from './commands/command.ts';

/** Options of every command that compares with labelled examples. */
export const nameOptions: OptionSpecs = {
  method: {
    value: methodNames.join('|'),
    help: 'how a defect is compared with the examples (default prototypical)',
  },
  distance: {
    value: 'euclidean|cosine',
    help: 'prototypical: distance (default euclidean); cosine ignores contrast',
  },
  refine: {
    value: 'on|off',
    help: 'prototypical: learn from the defects that are not labelled (default on)',
  },
  neighbours: { value: 'K', help: 'knn: how many vote (default 3, or the fewest shots)' },
  relation: {
    value: 'FILE',
    help: 'relation: a learned module; default: one fitted to the examples',
  },
};

/** Those options, the module loaded for embeddings of `dimension` values. */
export function readNameOptions(
  { kernels, files }: Context,
  given: Given,
  dimension: number,
): NameOptions {
  const options: NameOptions = { method: given.oneOf('method', methodNames) ?? 'prototypical' };
  const distance = given.oneOf('distance', ['euclidean', 'cosine'] as const);
  if (given.oneOf('refine', ['on', 'off'] as const) === 'off') options.refine = false;
  const neighbours = given.integer('neighbours');
  const relation = given.text('relation');
  if (distance !== undefined) options.distance = distance;
  if (neighbours !== undefined) options.k = neighbours;
  if (relation !== undefined) {
    const weights = readWeights(files.read('relation', relation), basename(relation));
    options.relation = loadRelation(kernels, weights, dimension);
  }
  return options;
}
