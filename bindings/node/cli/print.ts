import { type ClassCount, density, labelText } from '../index.ts';
import type { Given, OptionSpecs } from './args.ts';
import type { Context } from './commands/command.ts';

/** The options given, for the record in result.json. */
export function echoOptions(given: Given, specs: OptionSpecs): Record<string, unknown> {
  const echo: Record<string, unknown> = {};
  for (const [name, { value, multiple, isHow }] of Object.entries(specs)) {
    const given_ = multiple ? given.texts(name) : value ? given.text(name) : given.flag(name);
    if (given_ === undefined || given_ === false || (Array.isArray(given_) && !given_.length))
      continue;
    if (name !== 'out' && !isHow) echo[name] = given_;
  }
  return echo;
}

/** Counts per class and where the files are, for a person or as one JSON object. */
export function printCounts(context: Context, counts: ClassCount[], out: string): void {
  const { json, print } = context;
  if (json) {
    print(JSON.stringify({ counts, out }));
    return;
  }
  const width = Math.max(8, ...counts.map(({ label }) => label.length + 2));
  for (const one of counts) {
    const perArea = density(one);
    print(
      `${labelText(one.label).padEnd(width)} ${String(one.count).padStart(5)}${perArea && `  ${perArea} per nm²`}`,
    );
  }
  print(`written to ${out}`);
}
