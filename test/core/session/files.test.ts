import { describe, expect, test } from 'vitest';
import { FormatError, OptionError, SupportError } from '../../../bindings/core/errors.ts';
import {
  apply,
  type ClassLibrary,
  type Command,
  checkInput,
  checkNetwork,
  emptyLabelling,
  joinLibraries,
  libraryOf,
  readLibrary,
  readSession,
  writeLibrary,
  writeSession,
} from '../../../bindings/core/session/index.ts';

const library: ClassLibrary = {
  network: { name: 'net', sha256: 'ab'.repeat(32) },
  dimension: 3,
  classes: [
    { name: 'vacancy', colour: '#56b4e9' },
    { name: 'step, "kinked"', colour: '#009e73' },
  ],
  labels: ['vacancy', 'step, "kinked"'],
  embeddings: Float32Array.of(1, -2.5, 3e-20, 0, Math.fround(0.1), 7),
  sources: ['a.sxm'],
};

const session = {
  input: { file: 'a.sxm', sha256: 'cd'.repeat(32) },
  labelling: {
    ...apply(emptyLabelling, { type: 'library', library }),
    labels: [
      { x: 1.25, y: 2, label: 'vacancy' },
      { x: 3, y: 4, label: 'not a defect' },
    ],
    added: [{ x: 5, y: 6, runs: [[6, 4, 3] as const] }],
    erased: [{ x: 7, y: 8 }],
    options: { prepare: { level: 1 }, find: {} },
  },
};

describe('a session file', () => {
  test('brings everything back', () => {
    expect(readSession(writeSession(session), 's.json')).toEqual(session);
  });

  test('is refused by another scan', () => {
    const other = { file: 'b.sxm', sha256: 'ef'.repeat(32) };
    expect(() => checkInput(session, other, 's.json')).toThrow(OptionError);
    expect(() =>
      checkInput(session, { ...session.input, file: 'copy.sxm' }, 's.json'),
    ).not.toThrow();
  });

  test.each<[string, (text: string) => string, RegExp]>([
    ['cut', (text) => text.slice(0, -40), /not JSON/],
    ['of something else', () => '{"format":"x"}', /format 'x'.*'adatom-session'/],
    ['of a later version', (text) => text.replace('"version": 1', '"version": 9'), /version 9/],
    [
      'with a label of no class',
      (text) => text.replace('"label": "vacancy"', '"label": "step"'),
      /labels\[0\]\.label/,
    ],
    [
      'with a class whose name has a meaning',
      (text) => text.replaceAll('"vacancy"', '"unknown"'),
      /"unknown" in 'classes\[0\]\.name'/,
    ],
    [
      'with a place that is no number',
      (text) => text.replace('"x_px": 1.25', '"x_px": "1"'),
      /labels\[0\]\.x_px/,
    ],
    [
      'with an empty run',
      (text) => text.replace(/\[\s*6,\s*4,\s*3\s*\]/, '[6, 4, 0]'),
      /runs\[0\]/,
    ],
  ])('%s is refused with the reason', (_, spoil, reason) => {
    const text = writeSession(session);
    const spoilt = spoil(text);
    expect(spoilt).not.toBe(text);
    expect(() => readSession(spoilt, 's.json')).toThrow(FormatError);
    expect(() => readSession(spoilt, 's.json')).toThrow(reason);
  });
});

describe('a class library', () => {
  test('comes back to the last bit', () => {
    expect(readLibrary(writeLibrary(library), 'l.json')).toEqual(library);
  });

  test('keeps what its surfaces showed, also beside those of another', () => {
    const surfaces = [
      { source: 'a.sxm', rowSpacingNm: 0.77 },
      { source: 'b.sxm', rowSpacingNm: null },
    ];
    const known = { ...library, surfaces };
    expect(readLibrary(writeLibrary(known), 'l.json')).toEqual(known);
    const [, other] = surfaces;
    expect(joinLibraries(library, { ...library, surfaces: [other] }).surfaces).toEqual([other]);
    expect(joinLibraries({ ...library, surfaces: [surfaces[0]] }, known).surfaces).toEqual(
      surfaces,
    );
    expect(joinLibraries(library, library)).not.toHaveProperty('surfaces');
  });

  test('holds each example once, as it was named last', () => {
    const corrected = libraryOf({
      ...{ network: library.network, dimension: 3, source: 'b.sxm' },
      labels: ['hole'],
      embeddings: library.embeddings.slice(0, 3),
      classes: [
        { name: 'hole', colour: '#d55e00' },
        { name: 'without example', colour: '#e69f00' },
      ],
    });
    expect(corrected.classes.map(({ name }) => name)).toEqual(['hole']);
    const joined = joinLibraries(corrected, library);
    expect(joined.labels).toEqual(['hole', 'step, "kinked"']);
    expect(joined.embeddings).toEqual(library.embeddings);
    expect(joined.classes.map(({ name }) => name)).toEqual(['hole', 'step, "kinked"']);
    expect(joined.sources).toEqual(['b.sxm', 'a.sxm']);
    expect(joinLibraries(joined, joined)).toEqual(joined);
  });

  test('is refused with what cannot be compared, or read', () => {
    const changed = (change: object) => () =>
      readLibrary(writeLibrary({ ...library, ...change }), 'l.json');
    expect(changed({ embeddings: library.embeddings.map(() => 3e38) })).toThrow(/up to 1000000/);
    expect(changed({ sources: ['a\nwarning: b'] })).toThrow(/a name that can be read/);
    expect(changed({ classes: [{ name: ' ', colour: '#56b4e9' }], labels: [' ', ' '] })).toThrow(
      /a name that can be read/,
    );
    const surfaces = [{ source: 'a.sxm', rowSpacingNm: -5 }];
    expect(changed({ surfaces })).toThrow(/a distance above 0/);
    expect(() => checkNetwork(library, library.network, 5)).toThrow(
      'its vectors are of 3 numbers, expected 5: they were made with another crop',
    );
  });

  test('forgets a surface with the last of its examples', () => {
    const two = {
      ...library,
      surfaces: [
        { source: 'a.sxm', rowSpacingNm: 0.77, labels: ['vacancy'] },
        { source: 'b.sxm', rowSpacingNm: 0.4, labels: ['vacancy', 'step, "kinked"'] },
        { source: 'of an earlier version.sxm', rowSpacingNm: null },
      ],
    };
    expect(readLibrary(writeLibrary(two), 'l.json')).toEqual(two);
    const [a, b, c] = two.surfaces;
    const libraryAfter = (...commands: Command[]) =>
      commands.reduce(apply, apply(emptyLabelling, { type: 'library', library: two })).library!;
    const rename: Command = { type: 'rename class', from: 'vacancy', to: 'hole' };
    expect(libraryAfter(rename).surfaces?.[0].labels).toEqual(['hole']);
    const left = libraryAfter(rename, { type: 'remove class', name: 'hole' });
    expect(left.surfaces).toEqual([{ ...b, labels: ['step, "kinked"'] }, c]);
    const none = libraryAfter(
      { type: 'remove class', name: 'vacancy' },
      { type: 'remove class', name: 'step, "kinked"' },
    );
    expect(none.surfaces).toEqual([]);

    const more = { ...library, surfaces: [{ ...a, labels: ['step, "kinked"'] }] };
    expect(joinLibraries(more, two).surfaces).toEqual([
      { ...a, labels: ['step, "kinked"', 'vacancy'] },
      ...[b, c],
    ]);
    const unknown = { ...library, surfaces: [{ source: 'a.sxm', rowSpacingNm: 0.77 }] };
    expect(joinLibraries(two, unknown).surfaces).toEqual([...unknown.surfaces, b, c]);
  });

  test('whose vectors are not as many as it says is refused', () => {
    const text = writeLibrary(library).replace('"dimension": 3', '"dimension": 4');
    expect(() => readLibrary(text, 'l.json')).toThrow(/2 vectors of 4/);
  });

  test('may hold examples of what is no defect, under that word alone', () => {
    const withNone = { ...library, labels: ['vacancy', 'not a defect'] };
    expect(readLibrary(writeLibrary(withNone), 'l.json')).toEqual(withNone);
    const spoilt = writeLibrary(withNone).replace('"not a defect"', '"unknown"');
    expect(() => readLibrary(spoilt, 'l.json')).toThrow(/names of its classes/);
  });

  test('joins another of the same network, keeping its own colours', () => {
    const other = {
      ...library,
      classes: [
        { name: 'vacancy', colour: '#000000' },
        { name: 'adatom', colour: '#d55e00' },
      ],
      labels: ['adatom'],
      embeddings: Float32Array.of(9, 9, 9),
      sources: ['a.sxm', 'b.sxm'],
    };
    const joined = joinLibraries(library, other);
    expect(joined.labels).toEqual([...library.labels, 'adatom']);
    expect([...joined.embeddings.slice(6)]).toEqual([9, 9, 9]);
    expect(joined.classes.map(({ colour }) => colour)).toEqual(['#56b4e9', '#009e73', '#d55e00']);
    expect(joined.sources).toEqual(['a.sxm', 'b.sxm']);
  });

  test('of another network cannot be compared', () => {
    const other = { ...library, network: { name: 'net', sha256: '00'.repeat(32) } };
    expect(() => joinLibraries(library, other)).toThrow(SupportError);
  });

  test('loses the vectors of a class that is removed, and they follow a new name', () => {
    const used = apply(emptyLabelling, { type: 'library', library });
    const renamed = apply(used, { type: 'rename class', from: 'vacancy', to: 'hole' });
    expect(renamed.library?.labels[0]).toBe('hole');
    const removed = apply(renamed, { type: 'remove class', name: 'hole' });
    expect(removed.library?.labels).toEqual(['step, "kinked"']);
    expect(removed.library?.embeddings).toEqual(library.embeddings.slice(3));
    expect(library.labels).toHaveLength(2);
  });
});
