import type { Kernels } from '../kernels.ts';
import { medianOf, nearestDistances, TEMPERATURE } from './confidence.ts';
import type { Scored } from './types.ts';

/** Distance, in median distances to the nearest class, at which a query is as likely a stranger as its nearest class's. */
const STRANGER = 1.5;

/**
 * How much the label of each query would tell, (n), 0..1: what is best labelled next. A query tells much
 * that lies between two classes, and one that lies far from all of them, which is the only way to a class without examples;
 * so it is the confidence's softmax, with a stranger among the classes, at the nearest: of its reciprocal z, which grows
 * without bound with the distance, log z / (1 + log z). Labels asked for by the least confidence alone (Lewis and Gale 1994,
 * arXiv cmp-lg/9407020) find new classes late: bench/accuracy/clicks.ts compares them.
 */
export function doubtOf(
  kernels: Kernels,
  { distances, temperature: relative = TEMPERATURE }: Scored,
  nWay: number,
  isExample: (query: number) => boolean,
): Float32Array {
  const nearest = nearestDistances(distances, nWay);
  // Where half of the queries are examples, their small distances are not the usual ones.
  const usual = medianOf(nearest.filter((_, q) => !isExample(q)));
  const stranger = STRANGER * (usual || 0);
  const temperature = relative * usual || 1;
  return nearest.map((least, q) => {
    // The largest exponent is taken out: far strangers would be infinite.
    const most = Math.max(0, least - stranger) / temperature;
    const share = (distance: number) => kernels.exp((least - distance) / temperature - most);
    let sum = share(stranger);
    for (let c = 0; c < nWay; c++) sum += share(distances[q * nWay + c]);
    const z = most + kernels.log(sum);
    return z / (1 + z);
  });
}
