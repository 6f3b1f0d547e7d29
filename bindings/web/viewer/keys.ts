import { type Heading, type Position, towards } from '../../core/session/index.ts';
import type { Control } from './control.ts';
import { TOOLS } from './settings.ts';
import type { Stage } from './stage.ts';

const HEADINGS: Readonly<Record<string, Heading>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
};
const STEP: Readonly<Record<Heading, Position>> = {
  left: { x: -1, y: 0 },
  right: { x: 1, y: 0 },
  up: { x: 0, y: -1 },
  down: { x: 0, y: 1 },
};
const PAN = 48;

/** What every key does, for the page's help and for screen readers. */
export const KEYS: readonly (readonly [keys: string, what: string])[] = [
  ['Click', 'give the defect the current class; the first click finds the defects'],
  ['Right click, 0', 'not a defect'],
  ['1 – 9', 'choose a class, and label the defect selected; one more makes a new class'],
  ['Arrows', 'go to the next defect that way'],
  ['F2', 'rename the current class'],
  ['Enter', 'give the defect selected the current class; with the brush, paint'],
  ['Delete', 'take the label away'],
  ['N, P', 'next, previous defect to review: first the one whose label would tell most'],
  ['A', 'accept the name shown'],
  ['V B L D X', 'tools: label, box, lasso, brush, remove'],
  ['Ctrl Z, Ctrl Y', 'undo, redo'],
  ['+, −, F', 'zoom in, out, fit'],
  ['Drag, Shift arrows', 'move the picture'],
  ['[, ]', 'smaller, larger brush'],
  ['S', 'find defects, or search again by the examples: as the first button says'],
  ['Esc', 'stop, or select nothing'],
];

/** The keyboard on the stage: everything that the pointer can do. */
export class Keys {
  /** A new name is wanted for the current class. */
  onRename: () => void = () => {};
  /** A search is wanted. */
  onFind: () => void = () => {};
  private readonly control: Control;
  private readonly stage: Stage;
  /** Where the brush stands when it is moved by keys. */
  private cursor: Position | undefined;

  constructor(control: Control, stage: Stage) {
    this.control = control;
    this.stage = stage;
  }

  /** Whether the key meant something. */
  press(event: KeyboardEvent): boolean {
    if (event.ctrlKey || event.metaKey) return this.pressWithControl(event);
    const heading = HEADINGS[event.key];
    if (heading) return this.go(heading, event.shiftKey);
    if (/^[1-9]$/.test(event.key)) {
      void this.control.chooseClass(Number(event.key) - 1);
      return true;
    }
    const action = this.actions[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!action || event.altKey) return false;
    action();
    return true;
  }

  private readonly actions: Readonly<Record<string, () => void>> = {
    '0': () => void this.control.notADefect(),
    Enter: () => this.enter(),
    ' ': () => this.enter(),
    Delete: () => this.withSelected((one) => this.control.unlabel([one])),
    Backspace: () => this.withSelected((one) => this.control.unlabel([one])),
    Escape: () => this.escape(),
    F2: () => this.onRename(),
    n: () => this.control.reviewNext(),
    p: () => this.control.reviewNext(-1),
    a: () => void this.control.accept(),
    s: () => this.onFind(),
    v: () => this.control.set({ tool: TOOLS[0] }),
    b: () => this.control.set({ tool: TOOLS[1] }),
    l: () => this.control.set({ tool: TOOLS[2] }),
    d: () => this.control.set({ tool: TOOLS[3] }),
    x: () => this.control.set({ tool: TOOLS[4] }),
    f: () => this.look(() => this.control.view.fit()),
    '+': () => this.look(() => this.control.view.zoom(1.4)),
    '=': () => this.look(() => this.control.view.zoom(1.4)),
    '-': () => this.look(() => this.control.view.zoom(1 / 1.4)),
    '[': () => this.resizeBrush(-1),
    ']': () => this.resizeBrush(1),
  };

  private pressWithControl(event: KeyboardEvent): boolean {
    const key = event.key.toLowerCase();
    if (key === 'z' && !event.shiftKey) void this.control.undo();
    else if (key === 'y' || key === 'z') void this.control.redo();
    else return false;
    return true;
  }

  private look(change: () => void): void {
    change();
    this.stage.refresh();
  }

  private resizeBrush(by: number): void {
    const radius = this.control.settings.brushRadius + by;
    this.control.set({ brushRadius: Math.min(64, Math.max(1, radius)) });
  }

  private withSelected(action: (candidate: number) => unknown): void {
    const { selected } = this.control.settings;
    if (selected >= 0) action(selected);
  }

  private escape(): void {
    this.cursor = undefined;
    this.stage.show(undefined);
    if (this.control.bench?.busy) this.control.bench.cancel();
    else this.control.select(-1);
  }

  private enter(): void {
    const { control } = this;
    const { tool } = control.settings;
    if (tool === 'brush') void control.paintDefect([this.cursor ?? this.middle()]);
    else if (!control.bench?.found) this.askForSearch();
    else if (tool === 'erase') this.withSelected((one) => control.erase([one]));
    else this.withSelected((one) => control.labelAsCurrent([one]));
  }

  private go(heading: Heading, isPan: boolean): boolean {
    const { control } = this;
    const step = STEP[heading];
    if (isPan) {
      this.look(() => control.view.pan(-step.x * PAN, -step.y * PAN));
      return true;
    }
    if (control.settings.tool === 'brush') {
      const from = this.cursor ?? this.middle();
      const by = Math.max(1, control.settings.brushRadius / 2);
      this.cursor = { x: from.x + step.x * by, y: from.y + step.y * by };
      control.view.reveal(this.cursor);
      this.stage.show({ kind: 'cursor', path: [this.cursor] });
      return true;
    }
    const { bench, defects, settings } = control;
    if (!bench?.found) this.askForSearch();
    if (defects.length === 0) return true;
    const selected = defects[settings.selected];
    if (selected) {
      const next = towards(defects, selected, heading);
      if (next >= 0) control.select(next);
    } else control.select(nearestTo(defects, this.middle()));
    return true;
  }

  private askForSearch(): void {
    this.control.say('Find the defects first (S).');
  }

  private middle(): Position {
    const { view } = this.control;
    return view.toScan({ x: view.width / 2, y: view.height / 2 });
  }
}

function nearestTo(places: readonly Position[], { x, y }: Position): number {
  const distances = places.map((one) => (one.x - x) * (one.x - x) + (one.y - y) * (one.y - y));
  return distances.indexOf(Math.min(...distances));
}
