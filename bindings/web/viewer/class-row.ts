import { apply, type ClassStyle } from '../../core/session/index.ts';
import type { Control } from './control.ts';
import { button, element } from './dom.ts';
import type { Workbench } from './workbench.ts';

/** A class in the list: it is chosen, coloured, named anew and removed where it stands. */
export class ClassRow {
  readonly root: HTMLLIElement;
  private readonly control: Control;
  /** As shown last. */
  private name = '';
  private index = 0;
  private cells: readonly HTMLElement[] = [];
  /** The class whose name is being edited, by the name that it had before. */
  private edited: string | undefined;
  /** The scan whose class it is: another one may be shown meanwhile. */
  private bench: Workbench | undefined;
  private readonly key = button('', '', () => void this.control.chooseClass(this.index), 'key');
  private readonly swatch = element('input', {
    type: 'color',
    onchange: () => void this.colour(),
  });
  private readonly label = element('input', {
    type: 'text',
    className: 'name',
    autocomplete: 'off',
    title: 'Click or press F2 to rename; Enter keeps the name, Esc drops it',
    onfocus: () => this.begin(),
    onclick: () => this.begin(),
    onblur: () => this.leave(),
    onkeydown: (event) => this.press(event),
  });
  private readonly remove = button('×', '', () => void this.removeClass(), 'quiet');

  constructor(control: Control) {
    this.control = control;
    this.root = element(
      'li',
      {
        onkeydown: (event) => {
          if (event.key === 'F2') this.edit();
        },
      },
      this.key,
      this.swatch,
      this.label,
      this.remove,
    );
  }

  /** Show a class, the n-th from 0, and what was counted of it; a name that is being edited stays. */
  show({ name, colour }: ClassStyle, index: number, cells: readonly HTMLElement[]): void {
    const { key, swatch, label, remove } = this;
    const isCurrent = this.control.labelling?.current === name;
    this.name = name;
    this.index = index;
    this.root.className = isCurrent ? 'current' : '';
    key.textContent = index < 9 ? String(index + 1) : '·';
    nameIt(key, `Choose ${name}${index < 9 ? ` (key ${index + 1})` : ''}`);
    key.setAttribute('aria-pressed', String(isCurrent));
    swatch.value = colour;
    swatch.setAttribute('aria-label', `Colour of ${name}`);
    label.setAttribute('aria-label', `Name of class ${index + 1}`);
    if (!this.isEdited) this.end();
    nameIt(remove, `Remove ${name} and its labels`);
    for (const cell of this.cells) cell.remove();
    remove.before(...cells);
    this.cells = cells;
  }

  /** Put the name into editing, all of it selected. */
  edit(): void {
    this.label.focus();
    this.begin();
    this.label.select();
  }

  private get isEdited(): boolean {
    return this.edited !== undefined && this.bench === this.control.bench;
  }

  private begin(): void {
    if (this.isEdited) return;
    const { control, name } = this;
    // Of what was written in the field while another scan was shown nothing is kept.
    this.end();
    this.edited = name;
    this.bench = control.bench;
    if (control.labelling?.current !== name) void control.run({ type: 'choose class', name }, name);
  }

  private press(event: KeyboardEvent): void {
    // Enter may end the writing of a character.
    if (event.isComposing || (event.key !== 'Enter' && event.key !== 'Escape')) return;
    event.preventDefault();
    if (event.key === 'Escape' || !this.isEdited) this.end();
    else if (!this.keep()) {
      this.label.setAttribute('aria-invalid', 'true');
      return;
    }
    this.toPicture();
  }

  /** As Enter, but a name that is refused is dropped. */
  private leave(): void {
    if (!this.isEdited || !this.keep()) this.end();
  }

  /** Rename the class; false, with the reason said, when the name cannot be. */
  private keep(): boolean {
    const { control, edited: from = '' } = this;
    const to = this.label.value.trim();
    if (to !== from) {
      try {
        apply(control.labelling!, { type: 'rename class', from, to });
      } catch (error) {
        control.say((error as Error).message, true);
        return false;
      }
      this.name = to;
      void control.run({ type: 'rename class', from, to }, `Renamed: ${to}.`);
    }
    this.end();
    return true;
  }

  private end(): void {
    this.edited = undefined;
    this.bench = undefined;
    this.label.value = this.name;
    this.label.removeAttribute('aria-invalid');
  }

  /** There the keys work, and the next click on the scan is not needed for that. */
  private toPicture(): void {
    const { host } = this.root.getRootNode() as ShadowRoot;
    (host as HTMLElement).focus({ preventScroll: true });
  }

  private async colour(): Promise<void> {
    const { control, name, swatch } = this;
    await control.run({ type: 'colour class', name, colour: swatch.value }, 'Colour changed.');
  }

  private async removeClass(): Promise<void> {
    const { control, name } = this;
    await control.run({ type: 'remove class', name }, `${name} removed.`);
  }
}

/** A button's title is its name too: what it shows is a mere sign. */
function nameIt(made: HTMLButtonElement, title: string): void {
  made.title = title;
  made.setAttribute('aria-label', title);
}
