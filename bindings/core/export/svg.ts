import { encodeBase64 } from '../base64.ts';
import { labelText } from '../label-words.ts';
import type { LabelledScan } from './coco.ts';
import { contoursOf } from './contours.ts';
import { freeCorner } from './free-corner.ts';
import { CASING_OPACITY, CASING_WIDTH, DASH, LINE_WIDTH, type MarkStyle } from './marks.ts';

export interface SvgInput extends LabelledScan {
  /** The scan as a picture, PNG of any resolution. */
  png: Uint8Array;
  /** Sides of a pixel; null when not known. */
  pixelXNm: number | null;
  pixelYNm: number | null;
  styleOf: (label: string) => MarkStyle;
}

/** Width of the figure in the SVG's own unit, whatever the scan's size. */
const WIDTH = 800;
const LINE = 22;

/**
 * The scan as a figure to edit further: the picture, one group of outlines per class over a dark casing,
 * a scale bar and a legend with counts, each with an id of its own. Fonts are the reader's.
 */
export function writeSvg(input: SvgInput): string {
  const { columns, rows, pixelXNm, pixelYNm, png } = input;
  const scaleX = WIDTH / columns;
  const scaleY = scaleX * (pixelXNm && pixelYNm ? pixelYNm / pixelXNm : 1);
  const height = scaleY * rows;
  const groups = groupByLabel(input);
  const total = height + 16 + LINE * groups.length;
  const onScan = `fill="none" transform="scale(${scaleX} ${scaleY})"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 ${WIDTH} ${round(total)}" font-family="sans-serif" font-size="14">
<title>${escapeXml(input.file)}: ${input.defects.length} defects</title>
<image id="scan" width="${WIDTH}" height="${round(height)}" preserveAspectRatio="none" image-rendering="pixelated" href="data:image/png;base64,${encodeBase64(png)}"/>
<g id="casing" stroke="#000" stroke-opacity="${CASING_OPACITY}" stroke-width="${CASING_WIDTH}" ${onScan}>
${casing(input)}
</g>
<g id="defects" stroke-width="${LINE_WIDTH}" ${onScan}>
${groups.map((group) => outlines(input, group)).join('\n')}
</g>
${scaleBar(input, scaleX, scaleY)}
<g id="legend">
${groups.map((group, i) => legendLine(input, group, height + 16 + LINE * i)).join('\n')}
</g>
</svg>
`;
}

interface Group {
  label: string;
  members: number[];
}

function groupByLabel({ classes, labels }: SvgInput): Group[] {
  return [...new Set([...classes, ...labels])].map((label) => ({
    label,
    members: labels.flatMap((other, i) => (other === label ? [i] : [])),
  }));
}

/**
 * Below all outlines, each a reference to its own, which a casing follows when it is moved or bent.
 * xlink, because drawing programs older than SVG 2 know no other.
 */
function casing({ defects }: SvgInput): string {
  return defects.map(({ id }) => `<use xlink:href="#defect-${id}"/>`).join('\n');
}

function outlines(input: SvgInput, { label, members }: Group): string {
  const paths = members.map((i) => {
    const polygons = contoursOf(input.regionIds, input.columns, input.defects[i]);
    const d = polygons.map((polygon) => `M${pairs(polygon)}Z`).join('');
    return `<path id="defect-${input.defects[i].id}" vector-effect="non-scaling-stroke" d="${d}"/>`;
  });
  const { colour, dashed } = input.styleOf(label);
  const dash = dashed ? ` stroke-dasharray="${DASH.join(' ')}"` : '';
  return `<g data-class="${escapeXml(labelText(label))}" stroke="${colour}"${dash}>\n${paths.join('\n')}\n</g>`;
}

function pairs(polygon: readonly number[]): string {
  return polygon
    .map((value, i) => `${i % 2 || i === 0 ? '' : 'L'}${value}${i % 2 ? '' : ' '}`)
    .join('');
}

function legendLine(input: SvgInput, { label, members }: Group, y: number): string {
  const { colour } = input.styleOf(label);
  return `<rect x="4" y="${round(y)}" width="14" height="14" fill="${colour}" stroke="#444" stroke-width="0.5"/><text x="26" y="${round(y + 12)}" fill="#1e1e1e">${escapeXml(labelText(label))}: ${members.length}</text>`;
}

/** The longest of 1, 2 or 5 times a power of ten that takes up at most a quarter of the width. */
export function scaleBarNm(widthNm: number): number {
  const most = widthNm / 4;
  const [, power] = most.toExponential().split('e');
  const unit = Number(`1e${power}`);
  return unit * (most >= 5 * unit ? 5 : most >= 2 * unit ? 2 : 1);
}

/** A length in the unit that a person would say it in. */
export function lengthText(nm: number): string {
  if (nm >= 1000) return `${Number((nm / 1000).toPrecision(6))} µm`;
  return nm >= 1 ? `${Number(nm.toPrecision(6))} nm` : `${Number((nm * 1000).toPrecision(6))} pm`;
}

/** In the corner where it hides the fewest defects; '' without a size, or without room. */
function scaleBar({ pixelXNm, rows, defects }: SvgInput, scaleX: number, scaleY: number): string {
  if (!pixelXNm) return '';
  const nm = scaleBarNm((WIDTH / scaleX) * pixelXNm);
  const length = round((nm / pixelXNm) * scaleX);
  const plate = { plateWidth: length + 16, plateHeight: 34, margin: 10 };
  const marks = defects.map(({ box }) => ({
    left: box.left * scaleX,
    top: box.top * scaleY,
    right: (box.right + 1) * scaleX,
    bottom: (box.bottom + 1) * scaleY,
  }));
  const free = freeCorner({ width: WIDTH, height: rows * scaleY, ...plate }, marks);
  if (!free) return '';
  const [x, y] = free.map(round);
  const [left, middle] = [round(x + 8), round(x + 8 + length / 2)];
  return `<g id="scale-bar"><rect x="${x}" y="${y}" width="${length + 16}" height="34" fill="#000" fill-opacity="0.55"/><rect x="${left}" y="${round(y + 24)}" width="${length}" height="4" fill="#fff"/><text x="${middle}" y="${round(y + 18)}" fill="#fff" text-anchor="middle">${lengthText(nm)}</text></g>`;
}

function round(value: number): number {
  return Number(value.toFixed(2));
}

function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
