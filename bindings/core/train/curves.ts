import type { Progress } from './loop.ts';

const WIDTH = 640;
const HEIGHT = 240;
const LEFT = 44;
const BOTTOM = 28;
/** Points of a curve: runs of steps are averaged. */
const MOST_POINTS = 160;

/** Loss, training accuracy and validation accuracy against the step, as one SVG picture. */
export function curvesSvg({ losses, accuracies, validations, step }: Progress): string {
  const highest = losses.reduce((most, loss) => Math.max(most, loss), 1e-9);
  const panels = [
    panel(0, 'loss', highest, step, [
      { colour: '#1f6feb', name: 'training', points: averaged(losses) },
    ]),
    panel(1, 'share of right answers', 1, step, [
      { colour: '#1f6feb', name: 'training', points: averaged(accuracies) },
      { colour: '#d1571b', name: 'validation, 1 shot', points: validations },
    ]),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${2 * HEIGHT}" font-family="sans-serif" font-size="11"><title>Training curves</title><rect width="${WIDTH}" height="${2 * HEIGHT}" fill="#fff"/>${panels.join('')}</svg>\n`;
}

interface Curve {
  colour: string;
  name: string;
  points: [number, number][];
}

function panel(index: number, title: string, top: number, steps: number, curves: Curve[]): string {
  const first = index * HEIGHT;
  const x = (step: number) => (LEFT + (step / Math.max(1, steps)) * (WIDTH - LEFT - 12)).toFixed(1);
  const y = (value: number) =>
    (first + HEIGHT - BOTTOM - (value / top) * (HEIGHT - BOTTOM - 30)).toFixed(1);
  const marks = [0, 0.25, 0.5, 0.75, 1].map((part) => {
    const at = y(part * top);
    return `<line x1="${LEFT}" x2="${WIDTH - 12}" y1="${at}" y2="${at}" stroke="#ddd"/><text x="${LEFT - 6}" y="${at}" text-anchor="end" dominant-baseline="middle">${(part * top).toFixed(2)}</text>`;
  });
  const lines = curves.map(({ colour, name, points }, i) => {
    const path = points.map(([step, value]) => `${x(step)},${y(value)}`).join(' ');
    return `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="1.6"/><text x="${LEFT + 150 + 130 * i}" y="${first + 18}" fill="${colour}">${name}</text>`;
  });
  return `${marks.join('')}<text x="${LEFT}" y="${first + 18}" font-weight="bold">${title}</text>${lines.join('')}<text x="${WIDTH - 12}" y="${first + HEIGHT - 8}" text-anchor="end">step ${steps}</text>`;
}

function averaged(values: readonly number[]): [number, number][] {
  const run = Math.max(1, Math.ceil(values.length / MOST_POINTS));
  const points: [number, number][] = [];
  for (let i = 0; i < values.length; i += run) {
    const part = values.slice(i, i + run);
    points.push([i + part.length, part.reduce((sum, v) => sum + v, 0) / part.length]);
  }
  return points;
}
