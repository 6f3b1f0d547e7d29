import type { Kernels } from '../../index.ts';
import type { Given, OptionSpecs } from '../args.ts';
import type { InputFiles } from '../files.ts';
import type { Reporter } from '../progress.ts';

/** What a command gets besides its arguments. */
export interface Context {
  kernels: Kernels;
  report: Reporter;
  /** Reads files and remembers them for the record. */
  files: InputFiles;
  /** A program reads us: results on stdout as one JSON object. */
  json: boolean;
  /** Result for a person, on stdout. */
  print(text: string): void;
}

/** One subcommand of `adatom`. */
export interface Command {
  name: string;
  summary: string;
  /** Names of the files it takes, for the help. */
  positionals: string[];
  options: OptionSpecs;
  example: string;
  run(given: Given, context: Context): void | Promise<void>;
}
