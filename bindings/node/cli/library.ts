import { basename } from 'node:path';
import {
  type ClassLibrary,
  defaultColour,
  type EmbeddingNetwork,
  joinLibraries,
  libraryOf,
  type NamedDefects,
  NOT_A_DEFECT,
  type Prepared,
  readLibrary,
  SupportError,
  surfaceSeen,
  writeLibrary,
} from '../index.ts';
import { type Given, type OptionSpecs, UsageError } from './args.ts';
import type { Context } from './commands/command.ts';
import { checkFile, writeOne } from './output.ts';

/** Options of naming with the examples of other scans. */
export const libraryOptions: OptionSpecs = {
  library: {
    value: 'FILE',
    help: 'examples of other scans: a class library, of --save-library or saved in the browser',
  },
  'save-library': {
    value: 'FILE',
    help: 'write the examples, with those of --library, as a class library that names other scans',
  },
};

/** The class library of --library; null without. Throws before any work is done where --save-library cannot be written. */
export function readLibraryOption({ files }: Context, given: Given): ClassLibrary | null {
  const path = given.text('library');
  const to = given.text('save-library');
  if (given.text('support') === undefined) {
    if (path === undefined) throw new UsageError('--support CSV or --library FILE is missing.');
    if (to !== undefined) throw new UsageError('--save-library: needs the examples of --support.');
  }
  if (to !== undefined) checkFile(to, '--save-library');
  if (path === undefined) return null;
  const library = readLibrary(files.readText('library', path), basename(path));
  if (library.labels.every((label) => label === NOT_A_DEFECT)) {
    throw new SupportError(`${basename(path)}: holds no example of a class.`);
  }
  return library;
}

/** Write what --save-library asks for: the scan's own examples, then those of the library. */
export function saveLibrary(
  given: Given,
  { name }: { name: string },
  prepared: Prepared,
  network: EmbeddingNetwork,
  { classes, examples }: NamedDefects,
  library: ClassLibrary | null,
): void {
  const path = given.text('save-library');
  if (path === undefined) return;
  const own = libraryOf({
    ...examples,
    network: { name: network.name, sha256: network.sha256 },
    source: name,
    surface: surfaceSeen(name, prepared.levelled),
    classes: classes.map((label, i) => ({ name: label, colour: defaultColour(i) })),
  });
  writeOne(path, writeLibrary(library ? joinLibraries(own, library) : own));
}
