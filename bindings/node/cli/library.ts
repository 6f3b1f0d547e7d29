import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import {
  type ClassLibrary,
  type ClassStyle,
  type EmbeddingNetwork,
  FormatError,
  freeColour,
  joinLibraries,
  libraryOf,
  type NamedDefects,
  NOT_A_DEFECT,
  type Prepared,
  readLibrary,
  runFileNames,
  surfaceSeen,
  writeLibrary,
} from '../index.ts';
import { type Given, type OptionSpecs, UsageError } from './args.ts';
import type { Context } from './commands/command.ts';
import { checkFile, OutputError, writeOne } from './output.ts';

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

/** What makes vectors that do not compare with those of another scan: few points, or crops of another kind. */
const OTHER_VECTORS = ['at', 'crop', 'normalise', 'relation'] as const;

/** The class library of --library; null without. Throws before any work is done where --save-library cannot be written. */
export function readLibraryOption({ files }: Context, given: Given): ClassLibrary | null {
  const path = given.text('library');
  const to = given.text('save-library');
  if (given.text('support') === undefined) {
    if (path === undefined) throw new UsageError('--support CSV or --library FILE is missing.');
    if (to !== undefined) throw new UsageError('--save-library: needs the examples of --support.');
  }
  const asked = path !== undefined ? '--library' : to !== undefined ? '--save-library' : null;
  const other = OTHER_VECTORS.find((option) => given.text(option) !== undefined);
  if (asked && other) {
    throw new UsageError(
      `--${other}: not with ${asked}: examples compare from scan to scan only as they are embedded without it.`,
    );
  }
  if (to !== undefined) checkTarget(to, given.text('out')!);
  return path === undefined ? null : readLibrary(files.readText('library', path), basename(path));
}

/** Refuse what would overwrite anything but a class library. */
function checkTarget(path: string, out: string): void {
  const fail = (why: string): never => {
    throw new OutputError(`--save-library ${path}: ${why}`);
  };
  if (path.trim() === '' || /[\\/]$/.test(path)) fail('expected the name of a file.');
  const isOwned = (runFileNames as readonly string[]).includes(basename(path));
  if (resolve(path) === resolve(out) || (isOwned && resolve(dirname(path)) === resolve(out))) {
    fail('the results are written there.');
  }
  checkFile(path, '--save-library');
  if (!existsSync(path)) return;
  try {
    readLibrary(readFileSync(path, 'utf8'), basename(path));
  } catch (error) {
    if (error instanceof FormatError) fail('is no class library, and is not overwritten.');
    throw error;
  }
}

/** Write what --save-library asks for: the scan's own examples, then those of the library. Returns how many, 0 without. */
export function saveLibrary(
  given: Given,
  { name }: { name: string },
  prepared: Prepared,
  network: EmbeddingNetwork,
  { classes, examples }: NamedDefects,
  library: ClassLibrary | null,
): number {
  const path = given.text('save-library');
  if (path === undefined) return 0;
  const own = libraryOf({
    ...examples,
    network: { name: network.name, sha256: network.sha256 },
    source: name,
    surface: surfaceSeen(name, prepared.levelled),
    classes: stylesOf(classes, library),
  });
  const saved = library ? joinLibraries(own, library) : own;
  writeOne(path, writeLibrary(saved));
  return saved.labels.length;
}

/** Classes with the colours that the library gave them, and others for new ones. */
function stylesOf(names: readonly string[], library: ClassLibrary | null): ClassStyle[] {
  const styles = [...(library?.classes ?? [])];
  for (const name of names) {
    if (name === NOT_A_DEFECT || styles.some((one) => one.name === name)) continue;
    styles.push({ name, colour: freeColour(styles.map(({ colour }) => colour)) });
  }
  return styles;
}
