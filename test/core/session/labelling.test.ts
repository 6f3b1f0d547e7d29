import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OptionError } from '../../../bindings/core/errors.ts';
import {
  apply,
  type Command,
  emptyLabelling,
  History,
  type Labelling,
  NOT_A_DEFECT,
} from '../../../bindings/core/session/index.ts';

function labellingAfter(...commands: Command[]): Labelling {
  return commands.reduce(apply, emptyLabelling);
}

const vacancy: Command = { type: 'add class', name: 'vacancy' };
const adatom: Command = { type: 'add class', name: 'adatom' };
const at = [
  { x: 3, y: 4 },
  { x: 5.5, y: 6 },
];

describe('a labelling', () => {
  test('has one label for each place: the last one given', () => {
    const labelling = labellingAfter(
      vacancy,
      adatom,
      { type: 'label', at, label: 'vacancy' },
      { type: 'label', at: [at[0]], label: 'adatom' },
      { type: 'label', at: [at[1]], label: NOT_A_DEFECT },
    );
    expect(labelling.labels).toEqual([
      { ...at[0], label: 'adatom' },
      { ...at[1], label: NOT_A_DEFECT },
    ]);
  });

  test('gives new classes colours of their own and makes them current', () => {
    const { classes, current } = labellingAfter(vacancy, adatom);
    expect(current).toBe('adatom');
    expect(new Set(classes.map(({ colour }) => colour)).size).toBe(2);
  });

  test('takes many labels as one step, makes the classes needed and leaves the current one', () => {
    const history = new History(labellingAfter(vacancy, { type: 'label', at, label: 'vacancy' }));
    const before = history.present;
    const place = { x: 9, y: 9 };
    const labels = [
      { ...at[0], label: 'adatom' },
      { ...place, label: NOT_A_DEFECT },
    ];
    history.run({ type: 'label each', labels });
    const { classes, current, labels: now } = history.present;
    expect(classes.map(({ name }) => name)).toEqual(['vacancy', 'adatom']);
    expect(current).toBe('vacancy');
    expect(now).toEqual([{ ...at[1], label: 'vacancy' }, ...labels]);
    history.undo();
    expect(history.present).toBe(before);
    const fresh = labellingAfter({ type: 'label each', labels });
    expect(fresh).toMatchObject({ current: 'adatom', labels });
  });

  test('renames a class everywhere', () => {
    const labelling = labellingAfter(
      vacancy,
      { type: 'label', at, label: 'vacancy' },
      { type: 'rename class', from: 'vacancy', to: 'hole' },
    );
    expect(labelling.classes.map(({ name }) => name)).toEqual(['hole']);
    expect(labelling.current).toBe('hole');
    expect(labelling.labels.map(({ label }) => label)).toEqual(['hole', 'hole']);
  });

  test('removes a class with its labels, and another becomes current', () => {
    const labelling = labellingAfter(
      vacancy,
      adatom,
      { type: 'label', at: [at[0]], label: 'adatom' },
      { type: 'label', at: [at[1]], label: 'vacancy' },
      { type: 'remove class', name: 'adatom' },
    );
    expect(labelling.labels).toEqual([{ ...at[1], label: 'vacancy' }]);
    expect(labelling.current).toBe('vacancy');
  });

  test('forgets what was painted and remembers what was found when either is erased', () => {
    const painted = { x: 1, y: 1, runs: [[1, 0, 3]] as const };
    const labelling = labellingAfter(
      vacancy,
      { type: 'add', defect: painted },
      { type: 'label', at: [painted, at[0]], label: 'vacancy' },
      { type: 'erase', at: [{ x: 1, y: 1 }, at[0]] },
    );
    expect(labelling.added).toEqual([]);
    expect(labelling.erased).toEqual([at[0]]);
    expect(labelling.labels).toEqual([]);
  });

  test.each<[string, Command]>([
    ['a class that there is not', { type: 'label', at, label: 'step' }],
    ['a class that there is already', vacancy],
    ['a name with a meaning', { type: 'add class', name: 'unknown' }],
    ['another one', { type: 'rename class', from: 'vacancy', to: 'too large' }],
    [
      'a library with a class of such a name',
      {
        type: 'library',
        library: {
          ...{ network: { name: 'net', sha256: null }, dimension: 1, sources: [] },
          classes: [{ name: NOT_A_DEFECT, colour: '#56b4e9' }],
          ...{ labels: [NOT_A_DEFECT], embeddings: Float32Array.of(1) },
        },
      },
    ],
    ['such a label among many', { type: 'label each', labels: [{ ...at[0], label: 'unknown' }] }],
    ['no name', { type: 'add class', name: ' ' }],
    ['no colour', { type: 'colour class', name: 'vacancy', colour: 'red' }],
  ])('refuses %s and stays as it was', (_, command) => {
    const history = new History(labellingAfter(vacancy));
    const before = history.present;
    expect(() => history.run(command)).toThrow(OptionError);
    expect(history.present).toBe(before);
    expect(history.canUndo).toBe(false);
  });
});

describe('its history', () => {
  const place = fc.record({ x: fc.integer({ min: 0, max: 4 }), y: fc.constant(0) });
  const command = fc.oneof(
    fc.record({
      type: fc.constant('label' as const),
      at: fc.array(place, { minLength: 1, maxLength: 3 }),
      label: fc.constantFrom('vacancy', 'adatom', NOT_A_DEFECT),
    }),
    fc.record({ type: fc.constant('unlabel' as const), at: fc.array(place) }),
    fc.record({ type: fc.constant('erase' as const), at: fc.array(place) }),
  );

  test('undoes everything and does it again, to the same values', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 30 }), (commands) => {
        const start = labellingAfter(vacancy, adatom);
        const history = new History(start);
        const states = commands.map((one) => {
          history.run(one);
          return history.present;
        });
        const end = history.present;
        for (const state of [...states].reverse()) {
          expect(history.present).toEqual(state);
          expect(history.undo()).toBe(true);
        }
        expect(history.present).toBe(start);
        expect(history.undo()).toBe(false);
        while (history.redo());
        expect(history.present).toBe(end);
      }),
    );
  });

  test('forgets what was undone once something else is done', () => {
    const history = new History(labellingAfter(vacancy));
    history.run({ type: 'label', at, label: 'vacancy' });
    history.undo();
    history.run({ type: 'label', at: [at[0]], label: NOT_A_DEFECT });
    expect(history.canRedo).toBe(false);
    expect(history.present.labels).toEqual([{ ...at[0], label: NOT_A_DEFECT }]);
  });

  test('undo does not move the choice of class', () => {
    const history = new History(labellingAfter(vacancy, adatom));
    history.run({ type: 'choose class', name: 'vacancy' });
    expect(history.canUndo).toBe(false);
    expect(history.present.current).toBe('vacancy');
  });
});
