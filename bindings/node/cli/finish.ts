import {
  areaLine,
  countLabels,
  type Defect,
  describeDefects,
  type EmbeddingNetwork,
  type Found,
  latticeLine,
  type Named,
  nextLabelsLine,
  type Prepared,
  type ReportTruth,
  runFileNames,
  runFiles,
  type Scan,
  TOO_LARGE,
} from '../index.ts';
import type { Context } from './commands/command.ts';
import { writeAll } from './output.ts';
import { printCounts } from './print.ts';
import { recordedInputs } from './scan-options.ts';

/** What a command found out. */
export interface Outcome {
  command: string;
  options: Record<string, unknown>;
  out: string;
  scan: Scan;
  prepared: Prepared;
  /** Absent when the caller gave the positions. */
  found?: Found;
  defects: readonly Defect[];
  /** Absent before naming. */
  named?: Named;
  network: EmbeddingNetwork | null;
  warnings?: readonly string[];
  truth?: ReportTruth;
}

/** Labels of defects as a result shows them: those too large to be one defect are not named. */
export function shownLabels(defects: readonly Defect[], named: Named | undefined): string[] {
  return defects.map(({ tooLarge }, i) => (tooLarge ? TOO_LARGE : (named?.labels[i] ?? '')));
}

/** null where nothing was compared. */
const known = (value = Number.NaN) => (Number.isNaN(value) ? null : value);

/** Write a run's files, then print its warnings and counts. */
export function finish(context: Context, outcome: Outcome): void {
  const { kernels, report, files } = context;
  const { command, options, out, scan, prepared, found, defects, named, network, truth } = outcome;
  const labels = shownLabels(defects, named);
  const classes = named?.classes ?? [];
  const counts = countLabels(labels, named ? classes : [''], prepared, found?.searchedFraction);
  const warnings = [...prepared.warnings, ...(found?.warnings ?? []), ...(outcome.warnings ?? [])];
  const searched = found ? { searchedFraction: found.searchedFraction } : {};
  const description = describeDefects(kernels, prepared, defects, found?.regionIds);
  const doubt = defects.map(({ tooLarge }, i) => (tooLarge ? null : known(named?.doubt[i])));
  const written = runFiles({
    command,
    options,
    ...recordedInputs(files),
    scan,
    prepared,
    ...(found ? { mask: found.mask, regionIds: found.regionIds } : {}),
    ...searched,
    defects: [...defects],
    labels,
    confidence: defects.map(({ tooLarge }, i) => (tooLarge ? null : known(named?.confidence[i]))),
    doubt,
    classes,
    counts,
    network: network && { name: network.name, sha256: network.sha256 },
    steps: [...prepared.steps, ...(found?.steps ?? []), ...(named?.steps ?? [])],
    warnings,
    ...(truth ? { truth } : {}),
    description,
  });
  writeAll(out, written, runFileNames);
  report.done();
  for (const warning of warnings) report.warn(warning);
  if (!context.json) {
    for (const lattice of description.lattices) context.print(`lattice  ${latticeLine(lattice)}`);
    context.print(areaLine({ prepared, ...searched }));
  }
  printCounts(context, counts, out);
  const next = nextLabelsLine(defects, doubt);
  if (next && !context.json) context.print(next);
}
