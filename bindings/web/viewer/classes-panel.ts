import { areaText } from '../../core/export/figures.ts';
import { type ClassCount, labelText, TOO_LARGE, UNKNOWN } from '../../core/index.ts';
import { densityText, NOT_A_DEFECT } from '../../core/session/index.ts';
import { ClassRow } from './class-row.ts';
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
  private readonly rows: ClassRow[] = [];
  /** Of labels that are no class. */
  private others: readonly HTMLLIElement[] = [];
  private readonly aside = element('span', { className: 'aside' });
  private readonly warning = element('p', { className: 'hint warning', hidden: true });
  private readonly name = element('input', {
    type: 'text',
    placeholder: 'New class, e.g. vacancy',
    attributes: { 'aria-label': 'Name of a new class' },
  });

  private readonly next = button(
    'Label next',
    'Go to the defect whose label would tell most (N)',
    () => this.control.labelNext(),
  );

  constructor(control: Control) {
    this.control = control;
    const form = element(
      'form',
      { className: 'row', onsubmit: (event) => this.add(event) },
      this.name,
      element('button', { type: 'submit', textContent: 'Add' }),
      this.next,
    );
    this.root = element(
      'section',
      { className: 'group', attributes: { 'aria-label': 'Classes and counts' } },
      element('h2', {}, 'Classes', this.aside),
      this.list,
      this.warning,
      form,
    );
    control.listen((event) => {
      if (['scan', 'levelled', 'labels', 'classify'].includes(event)) this.refresh();
    });
  }

  private add(event: Event): void {
    event.preventDefault();
    const name = this.name.value.trim();
    if (name === '') return;
    this.name.value = '';
    void this.control.run({ type: 'add class', name }, `New class: ${name}.`);
  }

  /** Put the name of the current class into editing. */
  rename(): void {
    const { labelling } = this.control;
    const at = labelling?.classes.findIndex(({ name }) => name === labelling.current) ?? -1;
    if (at >= 0) this.rows[at].edit();
    else this.control.say('There is no class to rename.');
  }

  /** Rows of classes stay in the page: one of them may be in use. */
  private refresh(): void {
    const { bench, labelling } = this.control;
    const area = bench?.counts[0]?.areaNm2 ?? null;
    this.aside.textContent = `count · density${area === null ? '' : ` over ${areaText(area)}`}`;
    this.warning.textContent = bench?.warnings.join(' ') ?? '';
    this.warning.hidden = this.warning.textContent === '';
    this.next.disabled = this.control.queue.length === 0;
    const classes = labelling?.classes ?? [];
    for (const { root } of this.rows.splice(classes.length)) root.remove();
    while (this.rows.length < classes.length) this.rows.push(new ClassRow(this.control));
    classes.forEach((one, i) => {
      this.rows[i].show(one, i, this.countCells(one.name));
    });
    for (const other of this.others) other.remove();
    this.others = [UNKNOWN, TOO_LARGE, '', NOT_A_DEFECT].flatMap((label) => {
      const count = bench?.naming.labels.filter((other) => other === label).length ?? 0;
      return count > 0 ? [this.otherRow(label, count)] : [];
    });
    const added = this.rows.map(({ root }) => root).filter((root) => !this.list.contains(root));
    this.list.append(...added, ...this.others);
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
