import { parseArgs } from 'node:util';
import { AdatomError } from '../index.ts';

/** Wrong use of the command line itself: exit code 2. */
export class UsageError extends AdatomError {
  override name = 'UsageError';
}

/** An option of the command line: what it takes and the help's line about it. */
export interface OptionSpec {
  /** Name of the value in the help, absent for a switch. */
  value?: string;
  multiple?: boolean;
  required?: boolean;
  /** How something is done, not what: no part of the record. */
  isHow?: boolean;
  help: string;
}

export type OptionSpecs = Record<string, OptionSpec>;

/** Options as given: text, a list where `multiple`, true for a switch. */
export interface Given {
  positionals: string[];
  text(option: string): string | undefined;
  texts(option: string): string[];
  flag(option: string): boolean;
  number(option: string): number | undefined;
  integer(option: string): number | undefined;
  integers(option: string): number[] | undefined;
  oneOf<T extends string>(option: string, choices: readonly T[]): T | undefined;
  /** As oneOf, of an option that can be given several times. */
  manyOf<T extends string>(option: string, choices: readonly T[]): T[];
}

/** Ends the name of a last argument that can be given several times. */
const SEVERAL = '...';

export function readArguments(
  args: readonly string[],
  specs: OptionSpecs,
  positionals: string[],
): Given {
  const parsed = parse(args, specs);
  const [given, wanted] = [parsed.positionals.length, positionals.length];
  if (positionals.at(-1)?.endsWith(SEVERAL) ? given < wanted : given !== wanted) {
    throw new UsageError(
      `expected ${positionals.length === 0 ? 'no file' : positionals.join(' ')}, got ${parsed.positionals.length === 0 ? 'nothing' : parsed.positionals.map((p) => `'${p}'`).join(' ')}.`,
    );
  }
  for (const [name, spec] of Object.entries(specs)) {
    if (spec.required && parsed.values[name] === undefined) {
      throw new UsageError(`--${name} ${spec.value ?? ''} is missing.`);
    }
  }
  const read: Given = {
    positionals: parsed.positionals,
    text: (option) => parsed.values[option] as string | undefined,
    texts: (option) => (parsed.values[option] as string[] | undefined) ?? [],
    flag: (option) => parsed.values[option] === true,
    number(option) {
      const text = read.text(option);
      if (text === undefined) return undefined;
      const value = Number(text);
      if (text.trim() === '' || !Number.isFinite(value)) {
        throw new UsageError(`--${option}: expected a number, got '${text}'.`);
      }
      return value;
    },
    integer(option) {
      const value = read.number(option);
      if (value !== undefined && !Number.isInteger(value)) {
        throw new UsageError(`--${option}: expected a whole number, got '${read.text(option)}'.`);
      }
      return value;
    },
    integers(option) {
      const text = read.text(option);
      return text?.split(',').map((part) => {
        const value = Number(part);
        if (part.trim() === '' || !Number.isInteger(value)) {
          throw new UsageError(`--${option}: expected whole numbers such as 1,3,5, got '${text}'.`);
        }
        return value;
      });
    },
    oneOf(option, choices) {
      const text = read.text(option);
      return text === undefined ? undefined : chosen(option, text, choices);
    },
    manyOf: (option, choices) => read.texts(option).map((text) => chosen(option, text, choices)),
  };
  return read;
}

function chosen<T extends string>(option: string, text: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === text);
  if (found) return found;
  throw new UsageError(`--${option}: expected one of ${choices.join(', ')}; got '${text}'.`);
}

function parse(args: readonly string[], specs: OptionSpecs) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      strict: true,
      options: Object.fromEntries(
        Object.entries(specs).map(([name, { value, multiple }]) => [
          name,
          { type: value ? ('string' as const) : ('boolean' as const), multiple: multiple ?? false },
        ]),
      ),
    });
  } catch (error) {
    throw new UsageError((error as Error).message.split(/\.\s|\n/)[0].replace(/\.?$/, '.'));
  }
}
