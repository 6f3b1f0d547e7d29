import type { Position } from '../../core/session/index.ts';
import type { Control } from './control.ts';
import { element } from './dom.ts';
import { CASING } from './marks.ts';
import { Outlines } from './outlines.ts';
import { drawColourBar, ScaleBar } from './scales.ts';

/** A view that has not moved for so long rests, ms. */
const REST_MS = 120;

/** What the pointer or the keys are about to do, in pixels of the scan. */
export interface Gesture {
  kind: 'box' | 'lasso' | 'brush' | 'cursor';
  path: readonly Position[];
}

/** The canvas with the scan and everything over it, drawn anew when something has changed. */
export class Stage {
  readonly canvas: HTMLCanvasElement;
  gesture: Gesture | undefined;
  private readonly control: Control;
  private readonly outlines = new Outlines();
  private readonly scaleBar = new ScaleBar();
  /** Where the view was last, and what waits for it to stay there. */
  private place = '';
  private resting: ReturnType<typeof setTimeout> | undefined;
  private isHeld = false;
  private frame = 0;
  private density = 1;

  constructor(control: Control) {
    this.control = control;
    this.canvas = element('canvas', {
      tabIndex: 0,
      className: 'picture',
      attributes: {
        role: 'application',
        'aria-label': 'Scan',
        'aria-roledescription': 'scan with its defects',
        'aria-describedby': 'keys',
      },
    });
    new ResizeObserver(() => this.resize()).observe(this.canvas);
  }

  show(gesture: Gesture | undefined): void {
    this.gesture = gesture;
    this.refresh();
  }

  /** A pointer holds the picture, or none does any more: until then the view does not rest. */
  hold(isHeld: boolean): void {
    this.isHeld = isHeld;
    this.rest();
  }

  refresh(): void {
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      this.draw();
    });
  }

  private resize(): void {
    const { clientWidth, clientHeight } = this.canvas;
    this.density = window.devicePixelRatio || 1;
    this.canvas.width = Math.max(1, Math.round(clientWidth * this.density));
    this.canvas.height = Math.max(1, Math.round(clientHeight * this.density));
    this.control.view.resize(clientWidth, clientHeight);
    this.draw();
  }

  private draw(): void {
    const context = this.canvas.getContext('2d')!;
    const { control, density } = this;
    context.setTransform(density, 0, 0, density, 0, 0);
    context.clearRect(0, 0, control.view.width, control.view.height);
    if (!control.plane) return;
    this.drawPicture(context);
    if (!this.outlines.draw(context, control)) this.refresh();
    this.drawGesture(context);
    this.scaleBar.draw(context, control, drawColourBar(context, control));
    this.watch();
  }

  /** Wait for the view to rest. */
  private watch(): void {
    const { left, top, scale } = this.control.view;
    const place = [left, top, scale].join();
    if (place === this.place) return;
    this.place = place;
    clearTimeout(this.resting);
    this.resting = setTimeout(() => this.rest(), REST_MS);
  }

  private rest(): void {
    if (this.isHeld) return;
    this.scaleBar.release();
    this.refresh();
  }

  /** Sharp squares where the scan is enlarged, averages where it is made smaller. */
  private drawPicture(context: CanvasRenderingContext2D): void {
    const { picture, view } = this.control;
    context.imageSmoothingEnabled = view.scale * this.density < 1;
    context.imageSmoothingQuality = 'high';
    const width = view.columns * view.scale;
    const height = view.rows * view.scale * view.aspect;
    // Only what is in view: enlarged, the whole would be far larger than the canvas.
    const left = Math.max(0, Math.floor(-view.left / view.scale));
    const right = Math.min(view.columns, Math.ceil((view.width - view.left) / view.scale));
    const scaleY = view.scale * view.aspect;
    const top = Math.max(0, Math.floor(-view.top / scaleY));
    const bottom = Math.min(view.rows, Math.ceil((view.height - view.top) / scaleY));
    if (right <= left || bottom <= top) return;
    const part = {
      left: left / view.columns,
      top: top / view.rows,
      width: (right - left) / view.columns,
      height: (bottom - top) / view.rows,
    };
    picture.draw(context, part, {
      left: view.left + part.left * width,
      top: view.top + part.top * height,
      width: part.width * width,
      height: part.height * height,
    });
  }

  private drawGesture(context: CanvasRenderingContext2D): void {
    const { gesture, control } = this;
    if (!gesture || gesture.path.length === 0) return;
    const { view, settings } = control;
    const path = gesture.path.map((place) => view.toCanvas(place));
    const [first, last] = [path[0], path[path.length - 1]];
    context.fillStyle = 'rgb(255 255 255 / 0.15)';
    context.beginPath();
    if (gesture.kind === 'box') {
      context.rect(first.x, first.y, last.x - first.x, last.y - first.y);
    } else if (gesture.kind === 'lasso') {
      for (const { x, y } of path) context.lineTo(x, y);
      context.closePath();
    } else {
      this.strokeBrush(context, path, settings.brushRadius * view.scale);
      return;
    }
    context.fill();
    strokeCased(context, [5, 4]);
  }

  private strokeBrush(
    context: CanvasRenderingContext2D,
    path: readonly Position[],
    radius: number,
  ): void {
    const last = path[path.length - 1];
    if (path.length > 1 || this.gesture?.kind === 'brush') {
      context.lineWidth = 2 * radius;
      context.lineCap = context.lineJoin = 'round';
      context.strokeStyle = 'rgb(255 255 255 / 0.45)';
      for (const { x, y } of path) context.lineTo(x, y);
      context.lineTo(last.x + 0.01, last.y);
      context.stroke();
    }
    context.lineCap = 'butt';
    context.beginPath();
    context.arc(last.x, last.y, Math.max(2, radius), 0, 2 * Math.PI);
    strokeCased(context);
  }
}

/** The context's path in white on black, to be seen on every colour of the scan. */
function strokeCased(context: CanvasRenderingContext2D, dash: number[] = []): void {
  context.lineWidth = 3.5;
  context.strokeStyle = CASING;
  context.stroke();
  context.setLineDash(dash);
  context.lineWidth = 1.5;
  context.strokeStyle = '#fff';
  context.stroke();
  context.setLineDash([]);
}
