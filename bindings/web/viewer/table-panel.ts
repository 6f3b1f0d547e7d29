import { areaText } from '../../core/export/figures.ts';
import { type Defect, labelText } from '../../core/index.ts';
import type { Control } from './control.ts';
import { button, element } from './dom.ts';
import { fixed } from './format.ts';
import { markStyle } from './marks.ts';

const ROW_HEIGHT = 22;
type Column = 'id' | 'x' | 'y' | 'area' | 'label' | 'confidence';
const COLUMNS: readonly Column[] = ['id', 'x', 'y', 'area', 'label', 'confidence'];

/** All candidates as a table; only the rows in view are in the page, whatever their number. */
export class TablePanel {
  readonly root: HTMLElement;
  private readonly control: Control;
  private readonly heads = new Map<Column, HTMLButtonElement>();
  private readonly body = element('div', { className: 'rows', attributes: { role: 'rowgroup' } });
  private readonly scroller: HTMLElement;
  private readonly left = element('span', { className: 'aside' });
  private readonly onlyQueue = element('input', {
    type: 'checkbox',
    onchange: () => this.refresh(),
  });
  private order: number[] = [];
  private sortBy: Column = 'id';
  private ascending = true;

  constructor(control: Control) {
    this.control = control;
    const head = element('div', { className: 'tr head', attributes: { role: 'row' } });
    for (const column of COLUMNS) {
      const sort = button('', `Sort by ${column}`, () => this.sort(column));
      this.heads.set(column, sort);
      head.append(element('span', { attributes: { role: 'columnheader' } }, sort));
    }
    this.scroller = element(
      'div',
      {
        className: 'table',
        tabIndex: 0,
        onscroll: () => this.draw(),
        onkeydown: (event) => this.press(event),
        attributes: { role: 'grid', 'aria-label': 'Defects' },
      },
      head,
      this.body,
    );
    new ResizeObserver(() => this.draw()).observe(this.scroller);
    const review = element(
      'div',
      { className: 'row review', attributes: { role: 'group', 'aria-label': 'Review' } },
      element(
        'label',
        { className: 'check', title: 'First what a label would tell most of' },
        this.onlyQueue,
        'To review',
      ),
      this.left,
      button('‹', 'Previous to review (P)', () => control.reviewNext(-1)),
      button('Accept', 'Accept the name shown (A)', () => void control.accept()),
      button('›', 'Next to review (N)', () => control.reviewNext()),
    );
    this.root = element('div', { className: 'tab-page' }, review, this.scroller);
    control.listen((event) => {
      if (event === 'scan' || event === 'candidates' || event === 'classify') this.refresh();
      if (event === 'settings') this.reveal();
    });
  }

  private sort(column: Column): void {
    this.ascending = column === this.sortBy ? !this.ascending : true;
    this.sortBy = column;
    this.refresh();
  }

  private refresh(): void {
    const { control } = this;
    const { queue } = control;
    this.left.textContent = control.bench?.found ? `${queue.length} left` : '';
    this.order = this.onlyQueue.checked ? queue : this.sorted();
    this.scroller.setAttribute('aria-rowcount', String(this.order.length + 1));
    this.body.style.height = `${this.order.length * ROW_HEIGHT}px`;
    const nm = control.bench?.prepared?.pixelXNm ? 'nm' : 'px';
    const titles = ['#', `x ${nm}`, `y ${nm}`, `${nm}²`, 'class', 'conf.'];
    COLUMNS.forEach((column, i) => {
      const arrow =
        column === this.sortBy && !this.onlyQueue.checked ? (this.ascending ? ' ↑' : ' ↓') : '';
      this.heads.get(column)!.textContent = `${titles[i]}${arrow}`;
    });
    this.draw();
  }

  private sorted(): number[] {
    const { defects, bench } = this.control;
    const naming = bench?.naming;
    const sign = this.ascending ? 1 : -1;
    const keys: Record<Column, (i: number) => number | string> = {
      id: (i) => defects[i].id,
      x: (i) => defects[i].x,
      y: (i) => defects[i].y,
      area: (i) => defects[i].areaPx ?? 0,
      label: (i) => naming?.labels[i] ?? '',
      confidence: (i) => naming?.confidence[i] || 0,
    };
    const key = keys[this.sortBy];
    return defects
      .map((_, i) => i)
      .sort((a, b) => {
        const [first, second] = [key(a), key(b)];
        return first === second ? a - b : first < second ? -sign : sign;
      });
  }

  /** Fill the rows that can be seen. */
  private draw(): void {
    const { scrollTop, clientHeight } = this.scroller;
    const from = Math.max(0, Math.floor(scrollTop / ROW_HEIGHT) - 2);
    const to = Math.min(this.order.length, from + Math.ceil(clientHeight / ROW_HEIGHT) + 4);
    const rows = this.order.slice(from, to).map((candidate, i) => this.row(candidate, from + i));
    this.body.replaceChildren(...rows);
  }

  private row(candidate: number, place: number): HTMLElement {
    const { control } = this;
    const defect = control.defects[candidate];
    const { prepared, naming, labelling } = control.bench!;
    const { pixelXNm, pixelYNm } = prepared!;
    const label = naming.labels[candidate] ?? '';
    const confidence = naming.isGiven[candidate] ? 'given' : fixed(naming.confidence[candidate], 2);
    const dot = element('span', { className: 'dot' });
    dot.style.borderColor = markStyle(labelling, label).colour;
    const cells = [
      String(defect.id),
      fixed(defect.x * (pixelXNm ?? 1), pixelXNm ? 2 : 1),
      fixed(defect.y * (pixelYNm ?? 1), pixelYNm ? 2 : 1),
      areaCell(defect),
    ].map((text) => element('span', { attributes: { role: 'gridcell' } }, text));
    const row = element(
      'div',
      {
        className: 'tr',
        onclick: () => control.select(candidate),
        attributes: {
          role: 'row',
          'aria-rowindex': String(place + 2),
          'aria-selected': String(candidate === control.settings.selected),
        },
      },
      ...cells,
      element(
        'span',
        { className: 'label', attributes: { role: 'gridcell' } },
        dot,
        labelText(label),
      ),
      element('span', { attributes: { role: 'gridcell' } }, confidence),
    );
    row.style.top = `${place * ROW_HEIGHT}px`;
    return row;
  }

  private reveal(): void {
    const place = this.order.indexOf(this.control.settings.selected);
    if (place >= 0) {
      const top = place * ROW_HEIGHT;
      const { scrollTop, clientHeight } = this.scroller;
      const shown = clientHeight - 2 * ROW_HEIGHT;
      if (top < scrollTop || top > scrollTop + shown) this.scroller.scrollTop = top - shown / 2;
    }
    this.draw();
  }

  private press(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || this.order.length === 0) return;
    event.preventDefault();
    event.stopPropagation();
    const place = this.order.indexOf(this.control.settings.selected) + step;
    this.control.select(this.order[Math.min(this.order.length - 1, Math.max(0, place))]);
  }
}

/** In the column's unit, nm² or pixels; from one square micrometre on it says its own. */
function areaCell({ areaNm2, areaPx }: Defect): string {
  if (areaNm2 === null) return fixed(areaPx, 0);
  return areaNm2 < 1e6 ? fixed(areaNm2, areaNm2 < 1000 ? 2 : 0) : areaText(areaNm2, 2);
}
