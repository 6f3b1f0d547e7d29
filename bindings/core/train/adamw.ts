/** AdamW's memory: moments of the gradient, (parameters) each, and the steps taken. */
export interface Moments {
  first: Float32Array;
  second: Float32Array;
  steps: number;
}

export interface AdamWOptions {
  /** Decay of the two moments, 0.9 and 0.999 by default. */
  beta1?: number;
  beta2?: number;
  /** 1e-4 by default. */
  weightDecay?: number;
}

const EPS = 1e-8;

export function makeMoments(parameters: number): Moments {
  return { first: new Float32Array(parameters), second: new Float32Array(parameters), steps: 0 };
}

/** One step of AdamW (Loshchilov and Hutter 2019), in place. */
export function adamW(
  parameters: Float32Array,
  gradient: Float32Array,
  moments: Moments,
  rate: number,
  options: AdamWOptions = {},
): void {
  const { beta1 = 0.9, beta2 = 0.999, weightDecay = 1e-4 } = options;
  const { first, second } = moments;
  moments.steps++;
  const unbiased1 = 1 - wholePower(beta1, moments.steps);
  const unbiased2 = Math.sqrt(1 - wholePower(beta2, moments.steps));
  for (let i = 0; i < parameters.length; i++) {
    const g = gradient[i];
    first[i] = beta1 * first[i] + (1 - beta1) * g;
    second[i] = beta2 * second[i] + (1 - beta2) * g * g;
    const step = first[i] / unbiased1 / (Math.sqrt(second[i]) / unbiased2 + EPS);
    parameters[i] -= rate * (step + weightDecay * parameters[i]);
  }
}

/** x to a whole power by products, which round the same everywhere. */
function wholePower(x: number, power: number): number {
  let result = 1;
  for (let square = x, left = power; left > 0; left = Math.floor(left / 2), square *= square) {
    if (left % 2) result *= square;
  }
  return result;
}
