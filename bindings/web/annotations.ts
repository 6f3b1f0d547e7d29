import type { LabelledScan } from '../core/export/coco.ts';
import { contoursOf } from '../core/export/contours.ts';
import { FormatError, type Point } from '../core/index.ts';

/** An annotation of an image as annotators exchange it: W3C Web Annotation Data Model, 2017. */
export interface WebAnnotation {
  '@context': 'http://www.w3.org/ns/anno.jsonld';
  id: string;
  type: 'Annotation';
  body: { type: 'TextualBody'; purpose: 'tagging'; value: string }[];
  target: {
    source: string;
    selector:
      | { type: 'SvgSelector'; value: string }
      | { type: 'FragmentSelector'; conformsTo: string; value: string };
  };
}

/** What a person marked in an annotator. */
export interface MarkedDefect extends Point {
  id: string;
  /** The first tag; '' for none. */
  label: string;
}

/**
 * Defects as annotations of the picture `source`, whose pixels are the scan's: outlines in pixel
 * corners, and the label, where there is one, as a tag.
 */
export function toWebAnnotations(
  { defects, labels, regionIds, columns }: Omit<LabelledScan, 'file' | 'rows' | 'classes'>,
  source: string,
): WebAnnotation[] {
  return defects.map((defect, i) => ({
    '@context': 'http://www.w3.org/ns/anno.jsonld',
    id: `#defect-${defect.id}`,
    type: 'Annotation',
    body: labels[i] ? [{ type: 'TextualBody', purpose: 'tagging', value: labels[i] }] : [],
    target: {
      source,
      selector: { type: 'SvgSelector', value: svgOf(contoursOf(regionIds, columns, defect)) },
    },
  }));
}

/** One polygon where that says it all; a path where there are holes. */
function svgOf(polygons: readonly (readonly number[])[]): string {
  const corners = polygons.map((polygon) =>
    Array.from({ length: polygon.length / 2 }, (_, i) => `${polygon[2 * i]},${polygon[2 * i + 1]}`),
  );
  if (corners.length === 1) return `<svg><polygon points="${corners[0].join(' ')}" /></svg>`;
  const d = corners.map((polygon) => `M ${polygon.join(' L ')} Z`).join(' ');
  return `<svg><path fill-rule="evenodd" d="${d}" /></svg>`;
}

/**
 * Where each annotation is, in pixels of the scan from the centre of the first one, and its tag: what
 * label() and classifyDefects() take. Reads boxes (xywh in pixels or per cent of the picture) and SVG
 * shapes. `size` is the picture's. Throws FormatError, which names the annotation.
 */
export function fromWebAnnotations(
  annotations: readonly unknown[],
  size: { rows: number; columns: number },
): MarkedDefect[] {
  return annotations.map((one, i) => {
    const annotation = (one ?? {}) as Loose;
    const id = typeof annotation['id'] === 'string' ? annotation['id'] : `#${i + 1}`;
    const target = first(annotation['target']);
    const selector = first(target['selector']);
    const place = placeOf(String(selector['type']), String(selector['value']), size);
    if (!place) {
      const found = `selector ${JSON.stringify(selector)}`.slice(0, 80);
      throw new FormatError(`annotation ${id}`, 0, found, 'a box or an SVG shape');
    }
    return { id, x: place.x - 0.5, y: place.y - 0.5, label: tagOf(annotation['body']) };
  });
}

type Loose = Record<string, unknown>;

function first(value: unknown): Loose {
  return ((Array.isArray(value) ? value[0] : value) ?? {}) as Loose;
}

/** The body that is a tag or, where none says so, the first with a text. */
function tagOf(body: unknown): string {
  const bodies = (Array.isArray(body) ? body : [body]) as (Loose | undefined)[];
  const texts = bodies.filter((one) => typeof one?.['value'] === 'string');
  const tag = texts.find((one) => one?.['purpose'] === 'tagging') ?? texts[0];
  return String(tag?.['value'] ?? '').trim();
}

/** Middle of a selector's shape in pixel corners. */
function placeOf(
  type: string,
  value: string,
  { rows, columns }: { rows: number; columns: number },
): Point | undefined {
  if (type === 'FragmentSelector') {
    const [, unit, list] = /xywh=(?:(pixel|percent):)?([\d.,+-eE]+)/.exec(value) ?? [];
    const [x, y, width, height] = (list ?? '').split(',').map(Number);
    const at = { x: x + width / 2, y: y + height / 2 };
    if (!Number.isFinite(at.x + at.y)) return undefined;
    return unit === 'percent' ? { x: (at.x * columns) / 100, y: (at.y * rows) / 100 } : at;
  }
  return type === 'SvgSelector' ? middleOfSvg(value) : undefined;
}

const NUMBER = /[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?/gi;

/** Of the first shape: a circle's or an ellipse's centre, else the centroid of the polygon. */
function middleOfSvg(svg: string): Point | undefined {
  const attribute = (name: string) =>
    new RegExp(`\\b${name}\\s*=\\s*["']([^"']*)["']`).exec(svg)?.[1];
  const number = (name: string) => Number(attribute(name) ?? Number.NaN);
  if (/<(circle|ellipse)\b/.test(svg)) return finite({ x: number('cx'), y: number('cy') });
  if (/<rect\b/.test(svg)) {
    return finite({
      x: number('x') + number('width') / 2,
      y: number('y') + number('height') / 2,
    });
  }
  const outer = attribute('points') ?? attribute('d')?.split(/z/i)[0];
  const numbers = (outer?.match(NUMBER) ?? []).map(Number);
  return numbers.length < 6 ? undefined : finite(centroid(numbers));
}

function finite(point: Point): Point | undefined {
  return Number.isFinite(point.x + point.y) ? point : undefined;
}

/** Of a polygon's area, or of its corners where it has none. */
function centroid(corners: readonly number[]): Point {
  const n = Math.floor(corners.length / 2);
  let [area, x, y, sumX, sumY] = [0, 0, 0, 0, 0];
  for (let i = 0; i < n; i++) {
    const [ax, ay] = [corners[2 * i], corners[2 * i + 1]];
    const [bx, by] = [corners[2 * ((i + 1) % n)], corners[2 * ((i + 1) % n) + 1]];
    const cross = ax * by - bx * ay;
    area += cross;
    x += (ax + bx) * cross;
    y += (ay + by) * cross;
    sumX += ax;
    sumY += ay;
  }
  if (area === 0) return { x: sumX / n, y: sumY / n };
  return { x: x / (3 * area), y: y / (3 * area) };
}
