import { isInBox, type Position } from '../../core/session/index.ts';
import type { Control } from './control.ts';
import { element } from './dom.ts';
import { markStyle } from './marks.ts';

const MARGIN = 14;
const CLICK = 4;

/**
 * The candidates where their embeddings lie, seen along the two largest variances: what looks alike
 * lies together. A click selects, a box labels with the current class.
 */
export class MapPanel {
  readonly root: HTMLElement;
  private readonly control: Control;
  private readonly canvas = element('canvas', {
    className: 'map',
    tabIndex: 0,
    attributes: { role: 'img', 'aria-label': 'Map of the defects by likeness' },
  });
  private readonly caption = element('span', { className: 'aside' });
  private points: Float32Array = new Float32Array(0);
  private mapped: unknown;
  private box: { from: Position; to: Position } | undefined;

  constructor(control: Control) {
    this.control = control;
    this.root = element('div', { className: 'tab-page' }, this.caption, this.canvas);
    new ResizeObserver(() => this.draw()).observe(this.canvas);
    control.listen((event) => {
      if (event === 'scan' || event === 'candidates') this.forget();
      if (event === 'classify' || event === 'scan') void this.refresh();
      if (event === 'settings') this.draw();
    });
    this.canvas.addEventListener('pointerdown', (event) => this.down(event));
    this.canvas.addEventListener('pointermove', (event) => this.move(event));
    this.canvas.addEventListener('pointerup', () => this.up());
  }

  /** Places of other candidates. */
  private forget(): void {
    this.mapped = undefined;
    this.points = new Float32Array(0);
    this.caption.textContent = '';
  }

  /** Computed only while it is looked at, and once per set of candidates. */
  async refresh(): Promise<void> {
    const { control } = this;
    const { bench, defects } = control;
    if (this.root.hidden) return;
    if (this.mapped !== defects) {
      this.forget();
      this.mapped = defects;
      if (bench && defects.length > 0) {
        const { points, explained } = await bench.map();
        if (this.mapped !== defects) return;
        this.points = points;
        const [first, second] = explained.map((part) => `${Math.round(100 * part)} %`);
        this.caption.textContent = `PC 1 across, ${first} of the variance; PC 2 up, ${second}`;
      }
    }
    this.draw();
  }

  private draw(): void {
    if (this.root.hidden) return;
    const { clientWidth: width, clientHeight: height } = this.canvas;
    const density = window.devicePixelRatio || 1;
    this.canvas.width = width * density;
    this.canvas.height = height * density;
    const context = this.canvas.getContext('2d')!;
    context.scale(density, density);
    const { bench, settings } = this.control;
    if (!bench) return;
    const places = this.places();
    const line = getComputedStyle(this.canvas).getPropertyValue('--ink');
    places.forEach(({ x, y }, i) => {
      const label = bench.naming.labels[i] ?? '';
      context.beginPath();
      context.arc(x, y, bench.naming.isGiven[i] ? 5 : 3, 0, 2 * Math.PI);
      context.fillStyle = markStyle(bench.labelling, label).colour;
      context.fill();
      context.strokeStyle = i === settings.selected ? line : 'rgb(0 0 0 / 0.5)';
      context.lineWidth = i === settings.selected ? 3 : 0.75;
      context.stroke();
    });
    if (!this.box) return;
    const { from, to } = this.box;
    context.strokeStyle = line;
    context.setLineDash([4, 3]);
    context.lineWidth = 1;
    context.strokeRect(from.x, from.y, to.x - from.x, to.y - from.y);
  }

  /** On the canvas, NaN for what was not embedded. */
  private places(): Position[] {
    const { points, canvas } = this;
    const bounds = [0, 1].map((axis) => {
      let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
      for (let i = axis; i < points.length; i += 2) {
        if (points[i] < low) low = points[i];
        if (points[i] > high) high = points[i];
      }
      return { low, range: high - low || 1 };
    });
    const along = (value: number, axis: number) => (value - bounds[axis].low) / bounds[axis].range;
    return Array.from({ length: points.length / 2 }, (_, i) => ({
      x: MARGIN + along(points[i * 2], 0) * (canvas.clientWidth - 2 * MARGIN),
      y:
        canvas.clientHeight -
        MARGIN -
        along(points[i * 2 + 1], 1) * (canvas.clientHeight - 2 * MARGIN),
    }));
  }

  private down(event: PointerEvent): void {
    this.canvas.setPointerCapture(event.pointerId);
    const at = { x: event.offsetX, y: event.offsetY };
    this.box = { from: at, to: at };
  }

  private move(event: PointerEvent): void {
    if (!this.box) return;
    this.box.to = { x: event.offsetX, y: event.offsetY };
    this.draw();
  }

  private up(): void {
    const { box, control } = this;
    if (!box) return;
    this.box = undefined;
    const { from, to } = box;
    const places = this.places();
    if (Math.abs(from.x - to.x) + Math.abs(from.y - to.y) <= CLICK) {
      control.select(nearestPlace(places, to));
      return;
    }
    const inside = places.flatMap((place, i) => (isInBox(place, from, to) ? [i] : []));
    if (inside.length > 0) void control.labelAsCurrent(inside);
    this.draw();
  }
}

function nearestPlace(places: readonly Position[], { x, y }: Position): number {
  let best = -1;
  let least = 15 * 15;
  places.forEach((place, i) => {
    const squared = (place.x - x) * (place.x - x) + (place.y - y) * (place.y - y);
    if (squared < least) {
      least = squared;
      best = i;
    }
  });
  return best;
}
