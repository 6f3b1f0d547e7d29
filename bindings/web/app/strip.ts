import { element } from '../viewer/dom.ts';
import { labelText, type Workbench } from '../viewer/index.ts';
import { CASING, markStyle } from '../viewer/marks.ts';
import { Picture, percentile, spreadOf, WHOLE } from '../viewer/picture.ts';
import type { Scans, StripScan } from './scans.ts';

const SIDE = 72;

interface Frame {
  root: HTMLElement;
  canvas: HTMLCanvasElement;
  counts: HTMLElement;
  state: HTMLElement;
  choose: HTMLButtonElement;
}

/** The scans as a row of small pictures with their counts. */
export class Strip {
  readonly root = element('nav', { className: 'strip', attributes: { 'aria-label': 'Scans' } });
  private readonly scans: Scans;
  private readonly onChoose: (scan: StripScan) => void;
  private readonly frames = new Map<StripScan, Frame>();
  private readonly pictures = new WeakMap<Workbench, Promise<HTMLCanvasElement>>();

  constructor(scans: Scans, onChoose: (scan: StripScan) => void) {
    this.scans = scans;
    this.onChoose = onChoose;
  }

  refresh(): void {
    const { list, current } = this.scans;
    for (const scan of this.frames.keys()) if (!list.includes(scan)) this.frames.delete(scan);
    const roots = list.map((scan) => {
      const frame = this.frames.get(scan) ?? this.makeFrame(scan);
      this.frames.set(scan, frame);
      frame.choose.setAttribute('aria-pressed', String(scan === current));
      frame.choose.disabled = !scan.bench;
      const warning = scan.bench?.warnings.join(' ') ?? '';
      frame.state.textContent = stateOf(scan, warning);
      frame.root.title = scan.failure || warning || scan.name;
      frame.root.classList.toggle('failed', scan.failure !== '' || warning !== '');
      this.showCounts(scan, frame);
      void this.draw(scan, frame);
      return frame.root;
    });
    const same =
      roots.length === this.root.children.length &&
      roots.every((one, i) => one === this.root.children[i]);
    if (!same) this.root.replaceChildren(...roots);
  }

  private makeFrame(scan: StripScan): Frame {
    const canvas = element('canvas', { width: SIDE, height: SIDE });
    const counts = element('span', { className: 'counts' });
    const state = element('span', { className: 'state' });
    const choose = element(
      'button',
      { type: 'button', onclick: () => this.onChoose(scan) },
      canvas,
      element(
        'span',
        { className: 'words' },
        element('span', { className: 'title' }, scan.name),
        counts,
        state,
      ),
    );
    const close = element(
      'button',
      {
        type: 'button',
        className: 'quiet close',
        title: `Close ${scan.name}`,
        onclick: () => this.scans.remove(scan),
        attributes: { 'aria-label': `Close ${scan.name}` },
      },
      '×',
    );
    return {
      root: element('div', { className: 'frame' }, choose, close),
      canvas,
      counts,
      state,
      choose,
    };
  }

  private showCounts({ bench }: StripScan, { counts }: Frame): void {
    const shown = bench?.counts.filter(({ count }) => count > 0) ?? [];
    counts.replaceChildren(
      ...shown.map(({ label, count }) => {
        const dot = element('span', { className: 'dot' });
        dot.style.borderColor = markStyle(bench!.labelling, label).colour;
        return element('span', { title: labelText(label) }, dot, String(count));
      }),
    );
  }

  private async draw({ bench }: StripScan, { canvas }: Frame): Promise<void> {
    if (!bench?.prepared) return;
    const { rows, columns } = bench.prepared;
    const known = this.pictures.get(bench) ?? thumbnail(bench);
    this.pictures.set(bench, known);
    const picture = await known;
    const context = canvas.getContext('2d')!;
    const scale = SIDE / Math.max(rows, columns);
    context.clearRect(0, 0, SIDE, SIDE);
    context.drawImage(picture, 0, 0, columns * scale, rows * scale);
    bench.candidates.defects.forEach(({ x, y }, i) => {
      context.fillStyle = CASING;
      context.fillRect(x * scale - 1.75, y * scale - 1.75, 4, 4);
      context.fillStyle = markStyle(bench.labelling, bench.naming.labels[i] ?? '').colour;
      context.fillRect(x * scale - 1, y * scale - 1, 2.5, 2.5);
    });
  }
}

function stateOf({ failure, isBusy }: StripScan, warning: string): string {
  if (failure) return 'failed';
  if (isBusy) return 'working …';
  return warning && 'other surface?';
}

async function thumbnail(bench: Workbench): Promise<HTMLCanvasElement> {
  const plane = await bench.plane(bench.prepared!.channels[0].name);
  const spread = spreadOf(plane);
  const picture = new Picture();
  await picture.paint(plane, percentile(spread, 1), percentile(spread, 99), 'grey');
  const small = element('canvas', { width: SIDE * 2, height: SIDE * 2 });
  const scale = (SIDE * 2) / Math.max(plane.rows, plane.columns);
  const context = small.getContext('2d')!;
  context.imageSmoothingQuality = 'high';
  const { rows, columns } = plane;
  const to = { left: 0, top: 0, width: columns * scale, height: rows * scale };
  picture.draw(context, WHOLE, to);
  return small;
}
