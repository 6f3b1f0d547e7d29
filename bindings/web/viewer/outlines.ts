import { contoursOf } from '../../core/export/contours.ts';
import { CASING_WIDTH, DASH, LINE_WIDTH, type MarkStyle } from '../../core/export/marks.ts';
import type { Defect } from '../../core/index.ts';
import type { Position } from '../../core/session/index.ts';
import type { Control } from './control.ts';
import { CASING, markStyle } from './marks.ts';

/** Time for new outlines in one frame, ms; the rest comes with the next one. */
const BUDGET_MS = 8;
/** Mean side of defects, CSS pixels, from which their outlines are as wide as in a figure. */
const THICK_FROM = 12;
/** Outlines in one path. Of a thousand in one the browser takes ten times as long to find the edges. */
const TOGETHER = 32;

/** Draws what was found over the picture: outlines, filled masks, markers and the selection. */
export class Outlines {
  /** In pixel corners of the scan. */
  private readonly paths = new WeakMap<Defect, Path2D>();
  /** The marks of the candidates as they were drawn last, what they were drawn from, and whether all of them. */
  private readonly layer = document.createElement('canvas');
  private drawnFrom: readonly unknown[] = [];
  private isComplete = false;

  /** Returns whether all is drawn: outlines of thousands of defects take several frames. */
  draw(context: CanvasRenderingContext2D, control: Control): boolean {
    const { bench, settings, view } = control;
    if (!bench || settings.marks === 'none') return true;
    const { width, height } = context.canvas;
    const { scale, aspect, left, top } = view;
    const { candidates, naming, labelling } = bench;
    const seen = [width, height, scale, aspect, left, top, settings.marks, settings.maskOpacity];
    const from = [...seen, candidates.defects, naming.labels, labelling.classes];
    const isSame = from.every((part, i) => part === this.drawnFrom[i]);
    if (!isSame || !this.isComplete) {
      // Taking the size clears it.
      if (!isSame) Object.assign(this.layer, { width, height });
      const marks = this.layer.getContext('2d')!;
      marks.setTransform(context.getTransform());
      this.isComplete = this.drawMarks(marks, control, isSame);
      this.drawnFrom = from;
    }
    // Pixel upon pixel, whatever the ratio of the screen's to CSS pixels.
    context.save();
    context.resetTransform();
    context.drawImage(this.layer, 0, 0);
    context.restore();
    drawExamples(context, control);
    drawSelection(context, control);
    return this.isComplete;
  }

  /**
   * The candidates' marks alone, which a label given or a selection leaves as they are: all whose
   * outlines are known and as many more as there is time for, or those alone. Returns whether that is all.
   */
  private drawMarks(
    context: CanvasRenderingContext2D,
    control: Control,
    othersAreDrawn: boolean,
  ): boolean {
    const { bench, settings, view } = control;
    if (!bench) return true;
    const groups = new Map<string, { style: MarkStyle; paths: Path2D[]; places: Position[] }>();
    const matrix = new DOMMatrix([view.scale, 0, 0, view.scale * view.aspect, view.left, view.top]);
    const begun = performance.now();
    let complete = true;
    bench.candidates.defects.forEach((defect, i) => {
      const { box } = defect;
      const from = view.toCanvas({ x: box.left - 0.5, y: box.top - 0.5 });
      const to = view.toCanvas({ x: box.right + 0.5, y: box.bottom + 0.5 });
      if (to.x < 0 || to.y < 0 || from.x > view.width || from.y > view.height) return;
      if (othersAreDrawn && this.paths.has(defect)) return;
      const isLate = performance.now() - begun > BUDGET_MS;
      const path = this.pathOf(defect, bench.candidates.regionIds, isLate, control);
      complete &&= path !== undefined;
      if (!path) return;
      const label = bench.naming.labels[i] ?? '';
      const group = groups.get(label) ?? {
        style: markStyle(bench.labelling, label),
        paths: [],
        places: [],
      };
      groups.set(label, group);
      if (group.places.length % TOGETHER === 0) group.paths.push(new Path2D());
      group.paths[group.paths.length - 1].addPath(path, matrix);
      group.places.push(view.toCanvas(defect));
    });
    const thinness = thinnessOf(bench.candidates.defects, view.scale);
    for (const { style, paths, places } of groups.values()) {
      fillMask(context, paths, style, settings.maskOpacity);
      if (settings.marks !== 'markers') strokeTwice(context, paths, style, thinness);
      if (settings.marks !== 'outlines') strokeTwice(context, circles(places), style);
    }
    return complete;
  }

  private pathOf(
    defect: Defect,
    regionIds: Int32Array,
    isLate: boolean,
    control: Control,
  ): Path2D | undefined {
    const known = this.paths.get(defect);
    if (known || isLate) return known;
    const path = new Path2D();
    for (const polygon of contoursOf(regionIds, control.view.columns, defect)) {
      path.moveTo(polygon[0], polygon[1]);
      for (let i = 2; i < polygon.length; i += 2) path.lineTo(polygon[i], polygon[i + 1]);
      path.closePath();
    }
    this.paths.set(defect, path);
    return path;
  }
}

/** Of lines, 0.65..1: around defects of a few pixels of the screen they would cover all within. */
export function thinnessOf(defects: readonly Defect[], scale: number): number {
  const sides = defects.reduce((sum, { areaPx }) => sum + Math.sqrt(areaPx ?? 0), 0);
  return Math.min(1, Math.max(0.65, ((sides / defects.length) * scale) / THICK_FROM));
}

function fillMask(
  context: CanvasRenderingContext2D,
  paths: readonly Path2D[],
  { colour }: MarkStyle,
  opacity: number,
): void {
  if (opacity === 0) return;
  context.globalAlpha = opacity;
  context.fillStyle = colour;
  for (const path of paths) context.fill(path);
  context.globalAlpha = 1;
}

/** Dark below all of those that are drawn together, so that the lines show on every colour of the scan. */
function strokeTwice(
  context: CanvasRenderingContext2D,
  paths: readonly Path2D[],
  { colour, dashed }: MarkStyle,
  thinness = 1,
): void {
  context.setLineDash([]);
  context.strokeStyle = CASING;
  context.lineWidth = CASING_WIDTH * thinness;
  for (const path of paths) context.stroke(path);
  context.setLineDash(dashed ? [...DASH] : []);
  context.strokeStyle = colour;
  context.lineWidth = LINE_WIDTH * thinness;
  for (const path of paths) context.stroke(path);
  context.setLineDash([]);
}

function circles(places: readonly Position[]): Path2D[] {
  const paths: Path2D[] = [];
  places.forEach(({ x, y }, i) => {
    if (i % TOGETHER === 0) paths.push(new Path2D());
    const path = paths[paths.length - 1];
    path.moveTo(x + 7, y);
    path.arc(x, y, 7, 0, 2 * Math.PI);
  });
  return paths;
}

/** A dot on what the person labelled, so that examples are told from what was named after them. */
function drawExamples(context: CanvasRenderingContext2D, { bench, view }: Control): void {
  if (!bench) return;
  for (const { x, y, label } of bench.labelling.labels) {
    const at = view.toCanvas({ x, y });
    const ring = new Path2D();
    ring.arc(at.x, at.y, 3.5, 0, 2 * Math.PI);
    strokeTwice(context, [ring], { colour: '#fff', dashed: false });
    context.beginPath();
    context.arc(at.x, at.y, 3.5 - LINE_WIDTH / 2, 0, 2 * Math.PI);
    context.fillStyle = markStyle(bench.labelling, label).colour;
    context.fill();
  }
}

function drawSelection(context: CanvasRenderingContext2D, control: Control): void {
  const defect = control.defects[control.settings.selected];
  if (!defect) return;
  const { view } = control;
  const from = view.toCanvas({ x: defect.box.left - 0.5, y: defect.box.top - 0.5 });
  const to = view.toCanvas({ x: defect.box.right + 0.5, y: defect.box.bottom + 0.5 });
  const gap = 5;
  const [left, top, right, bottom] = [from.x - gap, from.y - gap, to.x + gap, to.y + gap];
  const arm = Math.min(10, (right - left) / 3, (bottom - top) / 3);
  const path = new Path2D();
  for (const [x, y, dx, dy] of [
    [left, top, 1, 1],
    [right, top, -1, 1],
    [right, bottom, -1, -1],
    [left, bottom, 1, -1],
  ]) {
    path.moveTo(x + dx * arm, y);
    path.lineTo(x, y);
    path.lineTo(x, y + dy * arm);
  }
  strokeTwice(context, [path], { colour: '#fff', dashed: false });
}
