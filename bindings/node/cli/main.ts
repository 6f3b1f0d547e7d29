import { AdatomError, createKernels, OptionError, version } from '../index.ts';
import { type OptionSpecs, readArguments, UsageError } from './args.ts';
import { classify } from './commands/classify.ts';
import type { Command } from './commands/command.ts';
import { embed } from './commands/embed.ts';
import { episodes } from './commands/episodes.ts';
import { info } from './commands/info.ts';
import { segment } from './commands/segment.ts';
import { simulate } from './commands/simulate.ts';
import { train } from './commands/train.ts';
import { InputFiles } from './files.ts';
import { jsonReporter, terminalReporter } from './progress.ts';

/** The commands that need no file but those they are given. */
export const commands: readonly Command[] = [
  info,
  segment,
  classify,
  embed,
  episodes,
  train,
  simulate,
];

const common: OptionSpecs = {
  json: { help: 'progress as JSON lines on stderr, the result as JSON on stdout' },
  help: { help: 'this text' },
};

/** Run one of the commands; returns the exit code: 0, 1 (bad input) or 2 (usage). */
export async function main(offered: readonly Command[], args: readonly string[]): Promise<number> {
  const json = args.includes('--json');
  const report = json ? jsonReporter() : terminalReporter();
  const print = (text: string) => console.log(text);
  try {
    const [name, ...rest] = args;
    if (name === undefined) throw new UsageError(`expected a command.\n\n${overview(offered)}`);
    if (name === '--help' || name === '-h' || name === 'help') {
      print(overview(offered));
      return 0;
    }
    if (name === '--version' || name === '-v') {
      print(version);
      return 0;
    }
    const command = offered.find((one) => one.name === name);
    if (!command) {
      throw new UsageError(
        `no command '${name}'; there are ${offered.map((one) => one.name).join(', ')}.`,
      );
    }
    if (rest.includes('--help') || rest.includes('-h')) {
      print(help(command));
      return 0;
    }
    const given = readArguments(rest, { ...command.options, ...common }, command.positionals);
    await command.run(given, {
      kernels: createKernels(),
      files: new InputFiles(),
      report,
      json,
      print,
    });
    return 0;
  } catch (error) {
    report.done();
    if (process.env['ADATOM_DEBUG']) throw error;
    const { name, message } = describeError(error);
    console.error(json ? JSON.stringify({ event: 'error', name, message }) : `adatom: ${message}`);
    return error instanceof UsageError || error instanceof OptionError ? 2 : 1;
  }
}

/** One sentence; a stack trace is for us, under ADATOM_DEBUG=1. */
function describeError(error: unknown): { name: string; message: string } {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  if (error instanceof AdatomError) return { name, message };
  const [first] = message.split('\n');
  return { name, message: `unexpected ${name}: ${first} (ADATOM_DEBUG=1 shows where).` };
}

function overview(offered: readonly Command[]): string {
  const width = Math.max(...offered.map(({ name }) => name.length));
  return [
    'adatom COMMAND ...: find and name every defect in an STM scan',
    '',
    ...offered.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    'adatom COMMAND --help lists its options. Exit code: 0, 1 (bad input), 2 (usage).',
  ].join('\n');
}

function help({ name, summary, positionals, options, example }: Command): string {
  const all = { ...options, ...common };
  const heads = Object.entries(all).map(
    ([option, { value }]) => `--${option}${value ? ` ${value}` : ''}`,
  );
  const width = Math.min(34, Math.max(...heads.map((head) => head.length)));
  return [
    `adatom ${[name, ...positionals].join(' ')} [options]: ${summary}`,
    '',
    ...Object.values(all).map(
      (spec, index) =>
        `  ${heads[index].padEnd(width)}  ${spec.help}${spec.required ? ' (required)' : ''}`,
    ),
    '',
    `  ${example}`,
  ].join('\n');
}
