/** Accuracy of one embedding on one scan. */
export interface Result {
  case: string;
  real: boolean;
  seed: number;
  embedding: string;
  shots: number;
  nWay: number;
  /** Mean over episodes of the mean per-class accuracy, 0..1, and half its 95 % interval. */
  mean: number;
  interval: number;
  /** Expected calibration error of the confidences, 0..1. */
  calibrationError: number;
}

/**
 * One row per scan, one column per embedding and number of shots, in percent, with the 95 % interval;
 * last the mean over the simulated surfaces. Several seeds of a surface are averaged.
 */
export function tableOf(results: readonly Result[], shots: readonly number[]): string {
  const cases = [...new Set(results.map((result) => result.case))];
  const embeddings = [...new Set(results.map(({ embedding }) => embedding))];
  const simulated = results.filter(({ real }) => !real);
  const rows = cases.map((name) => {
    const here = results.filter((result) => result.case === name);
    return [`${name} (${here[0].nWay}-way)`, ...embeddings.map((e) => cell(here, e, shots))];
  });
  if (new Set(simulated.map((result) => result.case)).size > 1) {
    rows.push(['mean of simulated', ...embeddings.map((e) => cell(simulated, e, shots))]);
  }
  rows.push(['calibration error', ...embeddings.map((e) => calibration(results, e, shots))]);
  const head = [`% right at ${shots.join(' / ')} shots`, ...embeddings];
  const widths = head.map((_, c) => Math.max(...[head, ...rows].map((row) => row[c].length)));
  const print = (row: string[]) =>
    `| ${row.map((text, c) => (c ? text.padStart(widths[c]) : text.padEnd(widths[c]))).join(' | ')} |`;
  const rule = `|${widths.map((w, c) => (c ? `${'-'.repeat(w + 1)}:` : '-'.repeat(w + 2))).join('|')}|`;
  return [print(head), rule, ...rows.map(print)].join('\n');
}

/** Mean over all scans. */
function calibration(
  results: readonly Result[],
  embedding: string,
  shots: readonly number[],
): string {
  return shots
    .map((k) => {
      const of = results.filter((r) => r.embedding === embedding && r.shots === k);
      const mean = of.reduce((sum, r) => sum + r.calibrationError, 0) / of.length;
      return (100 * mean).toFixed(1);
    })
    .join(' / ');
}

function cell(results: readonly Result[], embedding: string, shots: readonly number[]): string {
  return shots
    .map((k) => {
      const of = results.filter((r) => r.embedding === embedding && r.shots === k);
      const mean = of.reduce((sum, r) => sum + r.mean, 0) / of.length;
      const squares = of.reduce((sum, r) => sum + r.interval * r.interval, 0);
      return `${(100 * mean).toFixed(1)} ±${((100 * Math.sqrt(squares)) / of.length).toFixed(1)}`;
    })
    .join(' / ');
}
