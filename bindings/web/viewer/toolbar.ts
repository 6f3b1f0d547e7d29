import type { Control } from './control.ts';
import { button, element } from './dom.ts';
import { icon } from './icons.ts';
import { KEYS } from './keys.ts';
import { TOOLS, type Tool } from './settings.ts';
import type { Stage } from './stage.ts';

const TITLES: Readonly<Record<Tool, string>> = {
  label: 'Label by click (V)',
  box: 'Label all in a box (B)',
  lasso: 'Label all in a lasso (L)',
  brush: 'Paint a missed defect (D)',
  erase: 'Remove what is no candidate at all (X)',
};

const FOUND_ALREADY =
  'The defects are found already: label an example, or find by another method, to search again.';

/** The tools, undo and redo, zoom, search. */
export class Toolbar {
  readonly root: HTMLElement;
  private readonly control: Control;
  private readonly tools = new Map<Tool, HTMLButtonElement>();
  private readonly segment: HTMLButtonElement;
  private readonly undo: HTMLButtonElement;
  private readonly redo: HTMLButtonElement;
  private readonly radius = element('input', {
    type: 'range',
    min: '1',
    max: '40',
    oninput: () => this.control.set({ brushRadius: Number(this.radius.value) }),
  });
  private readonly brush = element('label', { className: 'field' }, 'Brush', this.radius);

  constructor(control: Control, stage: Stage, find: () => void) {
    this.control = control;
    this.segment = button('Find defects', 'Find every defect (S)', find, 'primary');
    this.undo = iconButton('undo', 'Undo (Ctrl Z)', () => void control.undo());
    this.redo = iconButton('redo', 'Redo (Ctrl Y)', () => void control.redo());
    const look = (change: () => void) => () => {
      change();
      stage.refresh();
    };
    const tools = element('div', {
      className: 'buttons',
      attributes: { role: 'toolbar', 'aria-label': 'Tools' },
    });
    for (const tool of TOOLS) {
      const made = iconButton(tool, TITLES[tool], () => control.set({ tool }));
      this.tools.set(tool, made);
      tools.append(made);
    }
    this.root = element(
      'div',
      { className: 'toolbar' },
      this.segment,
      tools,
      this.brush,
      element('div', { className: 'buttons' }, this.undo, this.redo),
      element(
        'div',
        { className: 'buttons' },
        iconButton(
          'plus',
          'Zoom in (+)',
          look(() => control.view.zoom(1.4)),
        ),
        iconButton(
          'minus',
          'Zoom out (−)',
          look(() => control.view.zoom(1 / 1.4)),
        ),
        iconButton(
          'fit',
          'Fit (F)',
          look(() => control.view.fit()),
        ),
      ),
      element('span', { className: 'spring' }),
      help(),
    );
    control.listen((event) => {
      if (event !== 'busy' && event !== 'message') this.refresh();
    });
    this.refresh();
  }

  /** What the button of the search does now, and where it does nothing, why. */
  find(): void {
    const { bench } = this.control;
    if (bench?.found && this.segment.disabled) this.control.say(FOUND_ALREADY);
    this.segment.click();
  }

  private refresh(): void {
    const { bench, settings } = this.control;
    for (const [tool, made] of this.tools) {
      made.setAttribute('aria-pressed', String(tool === settings.tool));
    }
    this.brush.hidden = settings.tool !== 'brush';
    this.radius.value = String(settings.brushRadius);
    const again = bench?.canFindByExamples ?? false;
    this.segment.disabled = !bench || (bench.found !== undefined && !again);
    this.segment.textContent = again ? 'Find by the examples' : 'Find defects';
    this.segment.title = again
      ? 'Search again for what is like the examples, as wide as these are (S; undo takes it back)'
      : 'Find every defect (S)';
    this.undo.disabled = !bench?.canUndo;
    this.redo.disabled = !bench?.canRedo;
  }
}

function iconButton(name: string, title: string, onclick: () => void): HTMLButtonElement {
  const made = button('', title, onclick, 'icon');
  made.append(icon(name));
  return made;
}

/** What every key does: shown on demand, and always there for screen readers. */
function help(): HTMLElement {
  const list = element(
    'dl',
    { id: 'keys' },
    ...KEYS.flatMap(([keys, what]) => [element('dt', {}, keys), element('dd', {}, what)]),
  );
  return element(
    'details',
    { className: 'help' },
    element('summary', { title: 'Mouse and keys' }, 'Keys'),
    list,
  );
}
