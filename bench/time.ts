/** Milliseconds over several runs; spread is (largest - smallest) / median. */
export interface Times {
  min: number;
  median: number;
  spread: number;
  runs: number;
}

/** Warm up twice (the second call runs optimised code), then time each run by itself. */
export function time(run: () => void, runs: number): Times {
  run();
  run();
  const times = Array.from({ length: runs }, () => {
    const start = performance.now();
    run();
    return performance.now() - start;
  });
  return summary(times);
}

export function summary(times: readonly number[]): Times {
  const sorted = [...times].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  const min = sorted[0];
  return { min, median, spread: (sorted[sorted.length - 1] - min) / median, runs: sorted.length };
}

let sunk = 0;

/** Use a result, so that no compiler can prove the work that made it useless. */
export function sink(value: number): void {
  sunk += value;
}

/** What was sunk; printing it makes it count. */
export function drain(): number {
  return sunk;
}
