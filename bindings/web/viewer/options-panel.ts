import { methodNames, type PrepareOptions, SEGMENT_METHODS } from '../../core/index.ts';
import type { Control } from './control.ts';
import { choice, element } from './dom.ts';

type Choice = readonly [value: string, text: string];

const LEVELLING = {
  lines: {
    label: 'Lines',
    choices: [
      ['offset', 'offset'],
      ['slope', 'offset and slope'],
      ['off', 'as measured'],
    ],
  },
  level: {
    label: 'Background',
    choices: [
      ['2', 'plane and bow'],
      ['1', 'plane'],
      ['3', 'cubic'],
      ['off', 'as measured'],
    ],
  },
  flatten: {
    label: 'Terraces',
    choices: [
      ['true', 'each flat'],
      ['false', 'keep steps'],
    ],
  },
  scars: {
    label: 'Scars',
    choices: [
      ['on', 'interpolate'],
      ['off', 'keep'],
    ],
  },
} as const satisfies Record<string, { label: string; choices: readonly Choice[] }>;

type Level = keyof typeof LEVELLING;

const CLUSTERS: readonly Choice[] = [
  ['', 'automatic'],
  ...[2, 3, 4, 5, 6, 8, 10, 12].map((k): Choice => [String(k), String(k)]),
];

/** How the scan is levelled, searched and named. The picture follows at once; each choice can be undone. */
export class OptionsPanel {
  readonly root: HTMLElement;
  private readonly control: Control;
  private readonly levelling = new Map<Level, HTMLSelectElement>();
  private readonly method: ReturnType<typeof choice>;
  private readonly clusters: ReturnType<typeof choice>;
  private readonly naming: ReturnType<typeof choice>;
  private readonly reject: ReturnType<typeof choice>;

  constructor(control: Control) {
    this.control = control;
    const levels = (Object.keys(LEVELLING) as Level[]).map((key) => {
      const { label, choices } = LEVELLING[key];
      const { field, select } = choice(label, choices, (value) => this.setLevel(key, value));
      this.levelling.set(key, select);
      return field;
    });
    const find = () => void this.find();
    this.method = choice(
      'Find by',
      SEGMENT_METHODS.map((name) => [name, name] as const),
      find,
    );
    this.clusters = choice('Clusters', CLUSTERS, find);
    const name = () => void this.setNaming();
    const methods = methodNames.filter((one) => one !== 'relation');
    this.naming = choice(
      'Name by',
      methods.map((one) => [one, one] as const),
      name,
    );
    this.reject = choice(
      'Strangers',
      [
        ['', 'are unknown'],
        ['no', 'get the nearest class'],
      ],
      name,
    );
    this.root = element(
      'section',
      { className: 'options' },
      group('Levelling', levels),
      group('Finding and naming', [
        this.method.field,
        this.clusters.field,
        this.naming.field,
        this.reject.field,
      ]),
    );
    control.listen((event) => {
      if (event === 'scan' || event === 'labels') this.refresh();
    });
  }

  private setLevel(key: Level, value: string): void {
    const { bench } = this.control;
    const number = Number(value);
    const typed = key === 'flatten' ? value === 'true' : number > 0 ? number : value;
    const prepare: PrepareOptions = { ...bench?.prepareOptions, [key]: typed };
    void this.control.attempt(async () => bench?.setOptions({ prepare }));
  }

  /** Chosen before the first search, it waits for it. */
  private async find(): Promise<void> {
    await this.control.segment(this.findOptions);
  }

  /** What the search is to be made with. */
  get findOptions() {
    const method = this.method.select.value as (typeof SEGMENT_METHODS)[number];
    const k = Number(this.clusters.select.value);
    return { ...(method === SEGMENT_METHODS[0] ? {} : { method }), ...(k > 0 ? { k } : {}) };
  }

  private async setNaming(): Promise<void> {
    const method = this.naming.select.value;
    const options = { method, ...(this.reject.select.value ? { reject: false } : {}) };
    await this.control.attempt(async () => this.control.bench?.setOptions({ name: options }));
  }

  private refresh(): void {
    const { bench } = this.control;
    if (!bench) return;
    const { prepareOptions, findOptions, nameOptions } = bench;
    for (const [key, select] of this.levelling) {
      select.value = String(prepareOptions[key] ?? LEVELLING[key].choices[0][0]);
    }
    this.method.select.value = findOptions?.method ?? SEGMENT_METHODS[0];
    this.clusters.select.value = findOptions?.k ? String(findOptions.k) : '';
    this.naming.select.value = nameOptions.method ?? 'prototypical';
    this.reject.select.value = nameOptions.reject === false ? 'no' : '';
  }
}

function group(title: string, fields: readonly HTMLElement[]): HTMLDetailsElement {
  return element(
    'details',
    { className: 'group' },
    element('summary', {}, title),
    element('div', { className: 'grid' }, ...fields),
  );
}
