import { isInBox, isInPolygon, type Position } from '../../core/session/index.ts';
import { Clicks } from './clicks.ts';
import type { Control } from './control.ts';
import type { Stage } from './stage.ts';

/** A pointer that moved less than this, CSS pixels, has clicked. */
const CLICK = 4;
const WHEEL_ZOOM = 0.0016;

/** Mouse, pen and fingers on the stage. */
export class Gestures {
  /** The place under the pointer changed; undefined outside. */
  onHover: (place: Position | undefined) => void = () => {};
  private readonly control: Control;
  private readonly stage: Stage;
  private readonly clicks: Clicks;
  private readonly pointers = new Map<number, Position>();
  private path: Position[] = [];
  private travelled = 0;
  private isPanning = false;

  constructor(control: Control, stage: Stage) {
    this.control = control;
    this.stage = stage;
    this.clicks = new Clicks(control);
    const { canvas } = stage;
    canvas.addEventListener('pointerdown', (event) => this.down(event));
    canvas.addEventListener('pointermove', (event) => this.move(event));
    canvas.addEventListener('pointerup', (event) => this.up(event));
    canvas.addEventListener('pointercancel', (event) => this.drop(event));
    canvas.addEventListener('pointerleave', () => this.leave());
    canvas.addEventListener('contextmenu', (event) => event.preventDefault());
    canvas.addEventListener('wheel', (event) => this.wheel(event), { passive: false });
  }

  private down(event: PointerEvent): void {
    this.stage.canvas.focus({ preventScroll: true });
    this.stage.canvas.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, { x: event.offsetX, y: event.offsetY });
    this.stage.hold(true);
    this.travelled = 0;
    const { tool } = this.control.settings;
    const draws = tool !== 'label' && tool !== 'erase' && event.button === 0;
    this.isPanning = this.pointers.size > 1 || !draws || event.shiftKey;
    this.path = this.isPanning ? [] : [this.placeOf(event)];
    this.showPath();
  }

  private move(event: PointerEvent): void {
    const before = this.pointers.get(event.pointerId);
    if (!before) {
      this.hover(event);
      return;
    }
    const now = { x: event.offsetX, y: event.offsetY };
    this.travelled += Math.abs(now.x - before.x) + Math.abs(now.y - before.y);
    if (this.pointers.size > 1) this.pinch(event.pointerId, before, now);
    else if (!this.isPanning) {
      this.path.push(this.placeOf(event));
      this.showPath();
    } else if (this.travelled > CLICK) {
      this.control.view.pan(now.x - before.x, now.y - before.y);
      this.stage.refresh();
    }
    this.pointers.set(event.pointerId, now);
  }

  private up(event: PointerEvent): void {
    const isLast = this.pointers.size === 1;
    this.drop(event);
    if (!isLast) {
      // What follows of the other finger is no click.
      this.travelled = Number.POSITIVE_INFINITY;
      return;
    }
    const { path } = this;
    this.path = [];
    this.stage.show(undefined);
    const { tool } = this.control.settings;
    if (tool === 'brush' && path.length > 0) void this.control.paintDefect(path);
    else if (this.travelled <= CLICK) void this.clicks.click(event);
    else if (path.length > 1) void this.labelInside(path);
  }

  private drop(event: PointerEvent): void {
    this.pointers.delete(event.pointerId);
    this.stage.hold(this.pointers.size > 0);
  }

  private leave(): void {
    this.onHover(undefined);
    if (this.pointers.size === 0) this.stage.show(undefined);
  }

  private hover(event: PointerEvent): void {
    const place = this.placeOf(event);
    this.onHover(place);
    const { tool } = this.control.settings;
    if (tool === 'brush') this.stage.show({ kind: 'cursor', path: [place] });
  }

  private async labelInside(path: readonly Position[]): Promise<void> {
    const { control } = this;
    const isBox = control.settings.tool === 'box';
    const current = control.labelling?.current;
    if (!(await control.findFirst())) return;
    const inside = control.defects.flatMap((defect, i) => {
      const isIn = isBox
        ? isInBox(defect, path[0], path[path.length - 1])
        : isInPolygon(defect, path);
      return isIn ? [i] : [];
    });
    if (inside.length === 0) control.say('No defect inside.');
    else await control.labelAsCurrent(inside, current);
  }

  private pinch(moved: number, before: Position, now: Position): void {
    const [id, other] = [...this.pointers].find(([pointer]) => pointer !== moved)!;
    if (id === moved) return;
    const { view } = this.control;
    const distance = (a: Position, b: Position) =>
      Math.max(1, Math.sqrt((a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y)));
    view.pan((now.x - before.x) / 2, (now.y - before.y) / 2);
    const [x, y] = [(now.x + other.x) / 2, (now.y + other.y) / 2];
    view.zoom(distance(now, other) / distance(before, other), x, y);
    this.path = [];
    this.isPanning = true;
    this.stage.refresh();
  }

  private wheel(event: WheelEvent): void {
    event.preventDefault();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    // A pinch on a touch pad comes as a wheel with Ctrl, and finer.
    const by = event.deltaY * lines * (event.ctrlKey ? 6 : 1);
    this.control.view.zoom(Math.exp(-WHEEL_ZOOM * by), event.offsetX, event.offsetY);
    this.stage.refresh();
    this.onHover(this.placeOf(event));
  }

  private placeOf({ offsetX, offsetY }: MouseEvent): Position {
    return this.control.view.toScan({ x: offsetX, y: offsetY });
  }

  private showPath(): void {
    const { tool } = this.control.settings;
    const kind = tool === 'box' || tool === 'lasso' || tool === 'brush' ? tool : undefined;
    this.stage.show(kind && this.path.length > 0 ? { kind, path: this.path } : undefined);
  }
}
