import type { Kernels } from '../kernels.ts';
import type { Random } from '../random.ts';

const BELL_STEPS = 4096;
/** exp(-BELL_REACH / 2) = 9e-4 is where a bell ends. */
export const BELL_REACH = 14;
const COSINE_STEPS = 4096;
const QUANTILES = 4096;
const TAIL = 4.2;

/**
 * Functions that a scene calls millions of times, interpolated from tables (errors below 1e-6 for
 * the bell's and the cosine's interpolation). Built from the kernels' own exp and cos: the same bits on every host.
 */
export class Tables {
  private readonly kernels: Kernels;
  private readonly bells = new Float64Array(BELL_STEPS + 2);
  private readonly cosines = new Float64Array(COSINE_STEPS + 2);
  private readonly quantiles: Float64Array;

  constructor(kernels: Kernels) {
    this.kernels = kernels;
    const end = kernels.exp(-BELL_REACH / 2);
    for (let i = 0; i <= BELL_STEPS; i++) {
      this.bells[i] = kernels.exp((-0.5 * BELL_REACH * i) / BELL_STEPS) - end;
    }
    for (let i = 0; i <= COSINE_STEPS + 1; i++) {
      this.cosines[i] = kernels.cos((2 * Math.PI * i) / COSINE_STEPS);
    }
    this.quantiles = normalQuantiles(kernels);
  }

  /** exp(-square / 2), falling to exactly 0 at BELL_REACH. */
  bell(square: number): number {
    if (!(square < BELL_REACH)) return 0;
    const at = square * (BELL_STEPS / BELL_REACH);
    const i = at | 0;
    const low = this.bells[i];
    return low + (this.bells[i + 1] - low) * (at - i);
  }

  /** Cosine of an angle given in turns. */
  cosine(turns: number): number {
    const at = (turns - Math.floor(turns)) * COSINE_STEPS;
    const i = at | 0;
    const low = this.cosines[i];
    return low + (this.cosines[i + 1] - low) * (at - i);
  }

  /** Normal deviate that ends at 4.2 standard deviations: four times as fast as Kernels.normal. */
  normal(random: Random): number {
    const draw = random.uint32();
    const i = draw >>> 20;
    const low = this.quantiles[i];
    return low + (this.quantiles[i + 1] - low) * ((draw & 0xfffff) / 0x100000);
  }

  /** exp(normal deviate times deviation). */
  logNormal(random: Random, deviation: number): number {
    return this.kernels.exp(deviation * this.normal(random));
  }

  /** Between low and high, uniform in the logarithm. */
  logBetween(random: Random, low: number, high: number): number {
    const from = this.kernels.log(low);
    return this.kernels.exp(from + (this.kernels.log(high) - from) * random.uniform());
  }

  log(x: number): number {
    return this.kernels.log(x);
  }

  cos(radians: number): number {
    return this.kernels.cos(radians);
  }

  sin(radians: number): number {
    return this.kernels.sin(radians);
  }
}

/** Where the cumulative normal distribution reaches i / QUANTILES, by the midpoint rule. */
function normalQuantiles(kernels: Kernels): Float64Array {
  const fine = 1 << 13;
  const width = (2 * TAIL) / fine;
  const cumulative = new Float64Array(fine + 1);
  for (let i = 0; i < fine; i++) {
    const x = -TAIL + (i + 0.5) * width;
    cumulative[i + 1] = cumulative[i] + kernels.exp(-0.5 * x * x);
  }
  const quantiles = new Float64Array(QUANTILES + 1);
  let at = 0;
  for (let q = 0; q <= QUANTILES; q++) {
    const wanted = (cumulative[fine] * q) / QUANTILES;
    while (at < fine - 1 && cumulative[at + 1] < wanted) at++;
    const share = (wanted - cumulative[at]) / (cumulative[at + 1] - cumulative[at]);
    quantiles[q] = -TAIL + (at + Math.min(1, share)) * width;
  }
  return quantiles;
}

/** One of the items. */
export function pick<T>(random: Random, items: readonly T[]): T {
  return items[random.below(items.length)];
}

/** One of the keys, each with its weight's chance. */
export function pickWeighted<K extends string>(
  random: Random,
  weights: Readonly<Record<K, number>>,
): K {
  const keys = Object.keys(weights) as K[];
  let left = random.uniform() * keys.reduce((sum, key) => sum + weights[key], 0);
  for (const key of keys) {
    left -= weights[key];
    if (left < 0) return key;
  }
  return keys[keys.length - 1];
}

export function chance(random: Random, probability: number): boolean {
  return random.uniform() < probability;
}
