import { areaText } from '../../core/export/figures.ts';
import { type ClassCount, labelText, TOO_LARGE, UNKNOWN } from '../../core/index.ts';
import { type ClassStyle, densityText, NOT_A_DEFECT } from '../../core/session/index.ts';
import type { Control } from './control.ts';
import { button, element } from './dom.ts';
import { markStyle } from './marks.ts';

const NONE: Omit<ClassCount, 'label'> = {
  count: 0,
  areaNm2: null,
  perNm2: null,
  errorPerNm2: null,
  below95PerNm2: null,
};

/** The classes with their colours, counts and densities; here they are made, named and chosen. */
export class ClassesPanel {
  readonly root: HTMLElement;
  private readonly control: Control;
  private readonly list = element('ul', {
    className: 'classes',
    attributes: { 'aria-label': 'Classes' },
  });
  private readonly aside = element('span', { className: 'aside' });
  private readonly name = element('input', {
    type: 'text',
    placeholder: 'New class, e.g. vacancy',
    attributes: { 'aria-label': 'Name of a new class' },
  });

  constructor(control: Control) {
    this.control = control;
    const form = element(
      'form',
      { className: 'row', onsubmit: (event) => this.add(event) },
      this.name,
      element('button', { type: 'submit', textContent: 'Add' }),
    );
    this.root = element(
      'section',
      { className: 'group', attributes: { 'aria-label': 'Classes and counts' } },
      element('h2', {}, 'Classes', this.aside),
      this.list,
      form,
    );
    control.listen((event) => {
      if (['scan', 'labels', 'classify'].includes(event)) this.refresh();
    });
  }

  private add(event: Event): void {
    event.preventDefault();
    const name = this.name.value.trim();
    if (name === '') return;
    this.name.value = '';
    void this.control.run({ type: 'add class', name }, `New class: ${name}.`);
  }

  private refresh(): void {
    const { bench, labelling } = this.control;
    // A name that is being typed stays.
    const focused = this.root.getRootNode() as ShadowRoot;
    if (this.list.contains(focused.activeElement) && isTyping(focused.activeElement)) return;
    const area = bench?.counts[0]?.areaNm2 ?? null;
    this.aside.textContent = `count · density${area === null ? '' : ` over ${areaText(area)}`}`;
    const rows = (labelling?.classes ?? []).map((one, i) => this.classRow(one, i));
    for (const label of [UNKNOWN, TOO_LARGE, '', NOT_A_DEFECT]) {
      const count = bench?.naming.labels.filter((other) => other === label).length ?? 0;
      if (count > 0) rows.push(this.otherRow(label, count));
    }
    this.list.replaceChildren(...rows);
  }

  private classRow({ name, colour }: ClassStyle, index: number): HTMLLIElement {
    const { control } = this;
    const isCurrent = control.labelling?.current === name;
    const key = button(
      index < 9 ? String(index + 1) : '·',
      `Choose ${name}${index < 9 ? ` (key ${index + 1})` : ''}`,
      () => void control.chooseClass(index),
      'key',
    );
    key.setAttribute('aria-pressed', String(isCurrent));
    const swatch = element('input', {
      type: 'color',
      value: colour,
      attributes: { 'aria-label': `Colour of ${name}` },
      onchange: () =>
        void control.run({ type: 'colour class', name, colour: swatch.value }, 'Colour changed.'),
    });
    const label = element('input', {
      type: 'text',
      value: name,
      className: 'name',
      attributes: { 'aria-label': `Name of class ${index + 1}` },
      onfocus: () => void this.choose(name),
      onchange: () => {
        const to = label.value.trim();
        label.blur();
        void control
          .run({ type: 'rename class', from: name, to }, `Renamed: ${to}.`)
          .then(() => this.refresh());
      },
    });
    const remove = button(
      '×',
      `Remove ${name} and its labels`,
      () => void control.run({ type: 'remove class', name }, `${name} removed.`),
      'quiet',
    );
    const row = element(
      'li',
      { className: isCurrent ? 'current' : '' },
      key,
      swatch,
      label,
      ...this.countCells(name),
      remove,
    );
    return row;
  }

  private async choose(name: string): Promise<void> {
    if (this.control.labelling?.current === name) return;
    await this.control.run({ type: 'choose class', name }, name);
  }

  private otherRow(label: string, count: number): HTMLLIElement {
    const dot = element('span', { className: 'dot' });
    dot.style.borderColor = markStyle(this.control.labelling!, label).colour;
    const cells =
      label === NOT_A_DEFECT
        ? [element('span', { className: 'count' }, String(count))]
        : this.countCells(label);
    return element(
      'li',
      { className: 'other' },
      element('span', {}),
      dot,
      element('span', { className: 'name' }, labelText(label)),
      ...cells,
    );
  }

  private countCells(label: string): HTMLElement[] {
    const { bench, labelling } = this.control;
    const count = bench?.counts.find((one) => one.label === label) ?? { ...NONE, label };
    const examples = labelling?.labels.filter((one) => one.label === label).length ?? 0;
    const shared = labelling?.library?.labels.filter((one) => one === label).length ?? 0;
    const from = [
      `${examples} labelled here`,
      ...(shared > 0 ? [`${shared} from the class library`] : []),
    ].join(', ');
    const [perNm2, perCm2] = [densityText(count, 'nm2'), densityText(count, 'cm2')];
    return [
      element('span', { className: 'count', title: from }, String(count.count)),
      element(
        'span',
        { className: 'density' },
        perNm2 && element('span', {}, `${perNm2} nm⁻²`),
        perCm2 && element('span', {}, `${perCm2} cm⁻²`),
      ),
    ];
  }
}

function isTyping(active: Element | null): boolean {
  return active instanceof HTMLInputElement && active.type === 'text';
}
