import type { Position } from '../../core/session/index.ts';

/** Least and greatest zoom, relative to the whole scan in view and to one pixel. */
const LEAST_OF_FIT = 0.5;
const MOST = 80;

/** What lies so near the canvas' edge, in CSS pixels, is brought to the middle. */
const MARGIN = 24;

/** Where a scan lies on a canvas, in CSS pixels. A scan's pixel (0, 0) covers 0 to 1 from its left edge. */
export class View {
  width = 1;
  height = 1;
  /** CSS pixels per scan pixel, across; `aspect` times as many down. */
  scale = 1;
  aspect = 1;
  left = 0;
  top = 0;
  rows = 1;
  columns = 1;
  private isFitted = true;

  resize(width: number, height: number): void {
    this.width = Math.max(1, width);
    this.height = Math.max(1, height);
    if (this.isFitted) this.fit();
    else this.keepInside();
  }

  show(rows: number, columns: number, aspect: number): void {
    Object.assign(this, { rows, columns, aspect });
    this.fit();
  }

  /** All of the scan, centred. */
  fit(): void {
    this.scale = this.fitScale();
    this.left = (this.width - this.columns * this.scale) / 2;
    this.top = (this.height - this.rows * this.scale * this.aspect) / 2;
    this.isFitted = true;
  }

  pan(dx: number, dy: number): void {
    if (dx === 0 && dy === 0) return;
    this.left += dx;
    this.top += dy;
    this.isFitted = false;
    this.keepInside();
  }

  /** Zoom by a factor about a point of the canvas, which stays where it is. */
  zoom(factor: number, x = this.width / 2, y = this.height / 2): void {
    const before = this.scale;
    const least = this.fitScale() * LEAST_OF_FIT;
    this.scale = Math.min(Math.max(MOST, this.fitScale()), Math.max(least, before * factor));
    const by = this.scale / before;
    this.left = x - (x - this.left) * by;
    this.top = y - (y - this.top) * by;
    this.isFitted = false;
    this.keepInside();
  }

  /** Bring a place of the scan into view: across or down only as needed, and not past the scan's edge. */
  reveal(place: Position): void {
    const { x, y } = this.toCanvas(place);
    this.pan(
      shiftFor(x, this.left, this.columns * this.scale, this.width),
      shiftFor(y, this.top, this.rows * this.scale * this.aspect, this.height),
    );
  }

  /** A place of the scan, counted from the centre of its first pixel, on the canvas. */
  toCanvas({ x, y }: Position): Position {
    return {
      x: this.left + (x + 0.5) * this.scale,
      y: this.top + (y + 0.5) * this.scale * this.aspect,
    };
  }

  toScan({ x, y }: Position): Position {
    return {
      x: (x - this.left) / this.scale - 0.5,
      y: (y - this.top) / (this.scale * this.aspect) - 0.5,
    };
  }

  /** Whether a place lies on the scan. */
  contains({ x, y }: Position): boolean {
    return x >= -0.5 && y >= -0.5 && x <= this.columns - 0.5 && y <= this.rows - 0.5;
  }

  private fitScale(): number {
    return Math.min(this.width / this.columns, this.height / (this.rows * this.aspect));
  }

  /** Some of the scan stays in view. */
  private keepInside(): void {
    const width = this.columns * this.scale;
    const height = this.rows * this.scale * this.aspect;
    const least = 40;
    this.left = Math.min(this.width - least, Math.max(least - width, this.left));
    this.top = Math.min(this.height - least, Math.max(least - height, this.top));
  }
}

/**
 * How far to shift a scan that begins at `start` and is so long, on a canvas of that length, so that
 * what is `at` can be seen.
 */
function shiftFor(at: number, start: number, length: number, canvas: number): number {
  if (at > MARGIN && at < canvas - MARGIN) return 0;
  const beyond = canvas - length;
  const wanted = start + canvas / 2 - at;
  return Math.min(Math.max(wanted, Math.min(0, beyond)), Math.max(0, beyond)) - start;
}
