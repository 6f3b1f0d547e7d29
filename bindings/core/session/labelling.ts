import { OptionError } from '../errors.ts';
import { isReservedLabel, NOT_A_DEFECT } from '../label-words.ts';
import { freeColour } from './palette.ts';
import type {
  AddedDefect,
  ClassLibrary,
  ClassStyle,
  DefectLabel,
  ExampleSurface,
  Labelling,
  Position,
} from './types.ts';

/** One thing that a person does to a labelling. */
export type Command =
  /** Give all these defects one label: a class's name or NOT_A_DEFECT. */
  | { type: 'label'; at: readonly Position[]; label: string }
  /** Give each of these defects a label of its own; classes that there are not are made. */
  | { type: 'label each'; labels: readonly DefectLabel[] }
  /** Take the labels of these defects away. */
  | { type: 'unlabel'; at: readonly Position[] }
  | { type: 'add'; defect: AddedDefect }
  | { type: 'erase'; at: readonly Position[] }
  | { type: 'add class'; name: string; colour?: string }
  | { type: 'rename class'; from: string; to: string }
  | { type: 'colour class'; name: string; colour: string }
  /** The class and every label of it. */
  | { type: 'remove class'; name: string }
  | { type: 'choose class'; name: string }
  | { type: 'library'; library: ClassLibrary | null }
  | { type: 'options'; options: Readonly<Record<string, unknown>> };

export const emptyLabelling: Labelling = {
  classes: [],
  current: '',
  labels: [],
  added: [],
  erased: [],
  library: null,
  options: {},
};

/** The labelling after a command. Throws OptionError for a class that there is not, or that there is already. */
export function apply(before: Labelling, command: Command): Labelling {
  switch (command.type) {
    case 'label':
      return relabel(before, command.at, command.label);
    case 'label each':
      return labelEach(before, command.labels);
    case 'unlabel':
      return { ...before, labels: without(before.labels, command.at) };
    case 'add':
      return { ...before, added: [...without(before.added, [command.defect]), command.defect] };
    case 'erase':
      return erase(before, command.at);
    case 'add class':
      return addClass(before, command.name, command.colour);
    case 'rename class':
      return renameClass(before, command.from, command.to);
    case 'colour class':
      return colourClass(before, command.name, command.colour);
    case 'remove class':
      return removeClass(before, command.name);
    case 'choose class':
      classNamed(before, command.name);
      return { ...before, current: command.name };
    case 'library':
      return useLibrary(before, command.library);
    case 'options':
      return { ...before, options: command.options };
  }
}

export function isAt(a: Position, b: Position): boolean {
  return a.x === b.x && a.y === b.y;
}

function without<P extends Position>(list: readonly P[], at: readonly Position[]): P[] {
  return list.filter((one) => !at.some((other) => isAt(one, other)));
}

function relabel(before: Labelling, at: readonly Position[], label: string): Labelling {
  if (label !== NOT_A_DEFECT) classNamed(before, label);
  const given = at.map(({ x, y }): DefectLabel => ({ x, y, label }));
  return { ...before, labels: [...without(before.labels, at), ...given] };
}

/** Whatever class is current stays so. */
function labelEach(before: Labelling, labels: readonly DefectLabel[]): Labelling {
  const names = [...new Set(labels.map(({ label }) => label))];
  const isKnown = (name: string) =>
    name === NOT_A_DEFECT || before.classes.some((one) => one.name === name);
  const after = names.reduce((labelling, name) => {
    const at = labels.filter(({ label }) => label === name);
    return relabel(isKnown(name) ? labelling : addClass(labelling, name), at, name);
  }, before);
  return { ...after, current: before.current || (after.classes[0]?.name ?? '') };
}

/** What was painted goes; what was found is remembered as erased. */
function erase(before: Labelling, at: readonly Position[]): Labelling {
  const found = at.filter((one) => !before.added.some((added) => isAt(added, one)));
  return {
    ...before,
    labels: without(before.labels, at),
    added: without(before.added, at),
    erased: [...without(before.erased, found), ...found.map(({ x, y }) => ({ x, y }))],
  };
}

function classNamed({ classes }: Labelling, name: string): ClassStyle {
  const found = classes.find((one) => one.name === name);
  if (found) return found;
  const names = classes.map((one) => `'${one.name}'`).join(', ') || 'none yet';
  throw new OptionError(`class '${name}': expected one of the classes (${names}).`);
}

/** Throws OptionError for a name that no new class can have. */
function checkName({ classes }: Labelling, name: string): void {
  if (name.trim() === '') throw new OptionError('class: expected a name, got none.');
  checkMeaning(name);
  if (classes.some((one) => one.name === name)) {
    throw new OptionError(`class '${name}': expected a new name, there is one like that already.`);
  }
}

/** Throws OptionError for a name that means something else in a result. */
function checkMeaning(name: string): void {
  if (!isReservedLabel(name) && name !== NOT_A_DEFECT) return;
  throw new OptionError(`class '${name}': expected another name, this one has a meaning already.`);
}

function checkColour(colour: string): void {
  if (!/^#[0-9a-f]{6}$/i.test(colour)) {
    throw new OptionError(`colour: expected one like #56b4e9, got '${colour}'.`);
  }
}

function addClass(before: Labelling, name: string, colour?: string): Labelling {
  checkName(before, name);
  const chosen = colour ?? freeColour(before.classes.map((one) => one.colour));
  checkColour(chosen);
  return { ...before, classes: [...before.classes, { name, colour: chosen }], current: name };
}

function renameClass(before: Labelling, from: string, to: string): Labelling {
  classNamed(before, from);
  if (from === to) return before;
  checkName(before, to);
  const rename = (name: string) => (name === from ? to : name);
  const { library } = before;
  return {
    ...before,
    classes: before.classes.map((one) => ({ ...one, name: rename(one.name) })),
    current: rename(before.current),
    labels: before.labels.map((one) => ({ ...one, label: rename(one.label) })),
    library: library && {
      ...library,
      classes: library.classes.map((one) => ({ ...one, name: rename(one.name) })),
      labels: library.labels.map(rename),
      ...withSurfaces(library, ({ labels, ...seen }) => [
        labels ? { ...seen, labels: labels.map(rename) } : seen,
      ]),
    },
  };
}

function withSurfaces(
  { surfaces }: ClassLibrary,
  change: (surface: ExampleSurface) => ExampleSurface[],
): Pick<ClassLibrary, 'surfaces'> {
  return surfaces ? { surfaces: surfaces.flatMap(change) } : {};
}

function colourClass(before: Labelling, name: string, colour: string): Labelling {
  classNamed(before, name);
  checkColour(colour);
  return {
    ...before,
    classes: before.classes.map((one) => (one.name === name ? { name, colour } : one)),
  };
}

function removeClass(before: Labelling, name: string): Labelling {
  classNamed(before, name);
  const classes = before.classes.filter((one) => one.name !== name);
  return {
    ...before,
    classes,
    current: before.current === name ? (classes[0]?.name ?? '') : before.current,
    labels: before.labels.filter((one) => one.label !== name),
    library: before.library && withoutClass(before.library, name),
  };
}

function withoutClass(library: ClassLibrary, name: string): ClassLibrary {
  const { dimension, embeddings } = library;
  const kept = library.labels.flatMap((label, i) => (label === name ? [] : [i]));
  const left = new Float32Array(kept.length * dimension);
  kept.forEach((from, to) => {
    left.set(embeddings.subarray(from * dimension, (from + 1) * dimension), to * dimension);
  });
  return {
    ...library,
    classes: library.classes.filter((one) => one.name !== name),
    labels: kept.map((i) => library.labels[i]),
    embeddings: left,
    // A surface goes with the last of its examples, as far as it is known whose they are.
    ...withSurfaces(library, (surface) => {
      const labels = surface.labels?.filter((label) => label !== name);
      if (kept.length === 0 || labels?.length === 0) return [];
      return [labels ? { ...surface, labels } : surface];
    }),
  };
}

/** The library's classes join those there are; one of the same name keeps its colour. */
function useLibrary(before: Labelling, library: ClassLibrary | null): Labelling {
  const classes = [...before.classes];
  for (const one of library?.classes ?? []) {
    checkMeaning(one.name);
    if (!classes.some(({ name }) => name === one.name)) classes.push(one);
  }
  return { ...before, library, classes, current: before.current || (classes[0]?.name ?? '') };
}
