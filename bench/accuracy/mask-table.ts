/** One way of segmenting on one scan; all 0..1 but the time. */
export interface MaskResult {
  case: string;
  real: boolean;
  seed: number;
  method: string;
  dice: number;
  f1: number;
  precision: number;
  recall: number;
  seconds: number;
}

/**
 * One row per scan, one column per method: Dice of the defects' pixels, and F1 (precision, recall) of
 * the defects found; several seeds of a surface are averaged, last come the simulated ones together.
 */
export function maskTable(results: readonly MaskResult[]): string {
  const methods = [...new Set(results.map(({ method }) => method))];
  const rows = [...new Set(results.map((result) => result.case))].map((name) => [
    name,
    ...methods.map((method) =>
      cell(results.filter((result) => result.case === name && result.method === method)),
    ),
  ]);
  const simulated = results.filter(({ real }) => !real);
  if (new Set(simulated.map((result) => result.case)).size > 1) {
    const together = methods.map((m) => cell(simulated.filter(({ method }) => method === m)));
    rows.push(['mean of simulated', ...together]);
  }
  const head = ['Dice / F1 (precision, recall)', ...methods];
  const widths = head.map((_, c) => Math.max(...[head, ...rows].map((row) => row[c].length)));
  const print = (row: string[]) =>
    `| ${row.map((text, c) => (c ? text.padStart(widths[c]) : text.padEnd(widths[c]))).join(' | ')} |`;
  const rule = `|${widths.map((w, c) => (c ? `${'-'.repeat(w + 1)}:` : '-'.repeat(w + 2))).join('|')}|`;
  return [print(head), rule, ...rows.map(print)].join('\n');
}

function cell(results: readonly MaskResult[]): string {
  const mean = (of: (result: MaskResult) => number) =>
    (results.reduce((sum, result) => sum + of(result), 0) / results.length).toFixed(3);
  return `${mean((r) => r.dice)} / ${mean((r) => r.f1)} (${mean((r) => r.precision)}, ${mean((r) => r.recall)})`;
}
