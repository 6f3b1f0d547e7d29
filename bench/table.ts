import { type Measured, OURS } from './measure.ts';
import { summary, type Times } from './time.ts';

/** One engine on one case, over all processes. */
export interface Row extends Times {
  case: string;
  engine: string;
  /** Of the textbook algorithm, at the median. */
  gflops: number;
  /** The fastest run of each process over the ceiling of that process; the median of these. */
  share: number;
  /** adatom's median over this engine's in the same process; the median of these. */
  ratio: number;
}

/**
 * The median of the processes' medians, the fastest run of all, and as spread (largest - smallest)
 * / median of the processes' medians; with one process, of its runs.
 */
export function rowsOf(processes: readonly Measured[]): Row[] {
  return processes[0].samples.map(({ case: name, engine, flop }) => {
    const here = processes.flatMap(({ ceiling, samples }) => {
      const find = (who: string) => samples.find((s) => s.case === name && s.engine === who);
      const found = find(engine);
      if (!found) return []; // it failed in that process, which has been said
      const times = summary(found.ms);
      const ratio = summary(find(OURS)!.ms).median / times.median;
      return { times, ratio, share: flop / times.min / 1e6 / ceiling };
    });
    const medians = summary(here.map(({ times }) => times.median));
    return {
      case: name,
      engine,
      min: Math.min(...here.map(({ times }) => times.min)),
      median: medians.median,
      spread: here.length > 1 ? medians.spread : here[0].times.spread,
      runs: here.reduce((sum, { times }) => sum + times.runs, 0),
      gflops: flop / medians.median / 1e6,
      share: middle(here.map(({ share }) => share)),
      ratio: middle(here.map(({ ratio }) => ratio)),
    };
  });
}

/** The rows as one table, readable in a terminal and in Markdown. */
export function tableOf(rows: readonly Row[]): string {
  const head = [
    'case',
    'engine',
    'min ms',
    'median ms',
    'spread %',
    'GFLOP/s',
    '% of ceiling',
    'adatom / engine',
  ];
  const lines = rows.map((row, i) => [
    row.case === rows[i - 1]?.case ? '' : row.case,
    row.engine,
    round(row.min),
    round(row.median),
    (row.spread * 100).toFixed(0),
    round(row.gflops),
    (row.share * 100).toFixed(0),
    row.engine === OURS ? '' : row.ratio.toFixed(3),
  ]);
  const widths = head.map((_, c) => Math.max(...[head, ...lines].map((line) => line[c].length)));
  const print = (line: string[]) =>
    `| ${line.map((cell, c) => (c < 2 ? cell.padEnd(widths[c]) : cell.padStart(widths[c]))).join(' | ')} |`;
  const rule = `|${widths.map((w, c) => (c < 2 ? '-'.repeat(w + 2) : `${'-'.repeat(w + 1)}:`)).join('|')}|`;
  return [print(head), rule, ...lines.map(print)].join('\n');
}

/** Three digits, no exponent. */
function round(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

export function middle(values: readonly number[]): number {
  return summary(values).median;
}
