import type { Control } from './control.ts';
import { button, choice, element, fill } from './dom.ts';
import { valueText } from './format.ts';
import { percentOf } from './picture.ts';
import { COLORMAPS, type Colormap, MARKS, type Marks } from './settings.ts';

const HISTOGRAM_HEIGHT = 46;

/** How the scan is shown: channel, colours, contrast, marks. */
export class ImagePanel {
  readonly root: HTMLElement;
  private readonly control: Control;
  private readonly channel: ReturnType<typeof choice>;
  private readonly other: HTMLButtonElement;
  private readonly colormap: ReturnType<typeof choice>;
  private readonly marks: ReturnType<typeof choice>;
  private readonly histogram = element('canvas', {
    className: 'histogram',
    height: HISTOGRAM_HEIGHT,
    attributes: { 'aria-hidden': 'true' },
  });
  private readonly low = this.percentField('Darkest', 'lowPercent');
  private readonly high = this.percentField('Brightest', 'highPercent');
  private readonly values = element('span', { className: 'aside' });
  private readonly opacity = element('input', {
    type: 'range',
    min: '0',
    max: '100',
    step: '5',
    oninput: () => this.control.set({ maskOpacity: Number(this.opacity.value) / 100 }),
  });

  constructor(control: Control) {
    this.control = control;
    const show = (title: string) => void control.attempt(() => control.showChannel(title));
    this.channel = choice('Channel', [], show);
    this.other = button('⇄', 'Trace or retrace of the same channel', () => show(this.retrace()));
    this.colormap = choice(
      'Colours',
      COLORMAPS.map((name) => [name, name] as const),
      (colormap) => control.set({ colormap: colormap as Colormap }),
    );
    this.marks = choice(
      'Marks',
      MARKS.map((name) => [name, name] as const),
      (marks) => control.set({ marks: marks as Marks }),
    );
    this.root = element(
      'section',
      { className: 'group', attributes: { 'aria-label': 'Image' } },
      element('h2', {}, 'Image', this.values),
      element('div', { className: 'row' }, this.channel.field, this.other),
      this.histogram,
      element('div', { className: 'row' }, this.low.field, this.high.field),
      element('div', { className: 'row' }, this.colormap.field, this.marks.field),
      element(
        'div',
        { className: 'row' },
        element('label', { className: 'field' }, 'Fill of the marks', this.opacity),
      ),
    );
    this.listenToHistogram();
    control.listen((event) => {
      if (event === 'scan') this.fillChannels();
      if (event === 'scan' || event === 'settings' || event === 'picture') this.refresh();
    });
  }

  private percentField(label: string, key: 'lowPercent' | 'highPercent') {
    const input = element('input', {
      type: 'number',
      min: '0',
      max: '100',
      step: '0.5',
      attributes: { 'aria-label': `${label}, percentile` },
      onchange: () => {
        const value = Math.min(100, Math.max(0, Number(input.value)));
        this.control.set({ [key]: value });
      },
    });
    return { input, field: element('label', { className: 'field' }, label, input, '%') };
  }

  private fillChannels(): void {
    const channels = this.control.bench?.handle.info.channels ?? [];
    fill(
      this.channel.select,
      channels.map(({ title, unit }) => [title, unit ? `${title} (${unit})` : title] as const),
    );
  }

  /** The same channel recorded the other way. */
  private retrace(): string {
    const shown = this.control.settings.channel;
    const channels = this.control.bench?.handle.info.channels ?? [];
    const now = channels.find(({ title }) => title === shown);
    const other = channels.find(({ title, name }) => name === now?.name && title !== shown);
    return other?.title ?? shown;
  }

  private refresh(): void {
    const { settings, contrast, plane } = this.control;
    this.channel.select.value = settings.channel;
    this.other.disabled = this.retrace() === settings.channel;
    this.colormap.select.value = settings.colormap;
    this.marks.select.value = settings.marks;
    this.opacity.value = String(Math.round(settings.maskOpacity * 100));
    this.low.input.value = String(Number(settings.lowPercent.toFixed(1)));
    this.high.input.value = String(Number(settings.highPercent.toFixed(1)));
    this.values.textContent = plane
      ? `${valueText(contrast.low, plane.unit)} – ${valueText(contrast.high, plane.unit)}`
      : '';
    this.drawHistogram();
  }

  private drawHistogram(): void {
    const { spread, contrast } = this.control;
    const width = this.histogram.clientWidth || 280;
    const density = window.devicePixelRatio || 1;
    this.histogram.width = width * density;
    this.histogram.height = HISTOGRAM_HEIGHT * density;
    if (!spread) return;
    const context = this.histogram.getContext('2d')!;
    const style = getComputedStyle(this.histogram);
    context.scale(density, density);
    context.fillStyle = style.getPropertyValue('--muted');
    const most = Math.max(...spread.histogram);
    const bar = width / spread.histogram.length;
    spread.histogram.forEach((count, i) => {
      // The root shows the rare values, which are the defects.
      const height = Math.sqrt(count / most) * (HISTOGRAM_HEIGHT - 4);
      context.fillRect(i * bar, HISTOGRAM_HEIGHT - height, Math.max(1, bar - 0.5), height);
    });
    context.fillStyle = style.getPropertyValue('--accent');
    for (const value of [contrast.low, contrast.high]) {
      context.fillRect(this.xOf(value, width) - 1, 0, 2, HISTOGRAM_HEIGHT);
    }
  }

  private xOf(value: number, width: number): number {
    const { low, high } = this.control.spread!;
    return Math.min(width - 1, Math.max(1, ((value - low) / (high - low)) * width));
  }

  /** The nearer of the two limits follows the pointer. */
  private listenToHistogram(): void {
    let key: 'lowPercent' | 'highPercent' | undefined;
    const follow = (event: PointerEvent) => {
      const { spread, settings } = this.control;
      if (!key || !spread) return;
      const part = event.offsetX / this.histogram.clientWidth;
      const percent = percentOf(spread, spread.low + part * (spread.high - spread.low));
      const isLow = key === 'lowPercent';
      const bound = isLow
        ? Math.min(percent, settings.highPercent)
        : Math.max(percent, settings.lowPercent);
      this.control.set({ [key]: bound });
    };
    this.histogram.addEventListener('pointerdown', (event) => {
      if (!this.control.spread) return;
      const { low, high } = this.control.contrast;
      const width = this.histogram.clientWidth;
      const toLow = Math.abs(event.offsetX - this.xOf(low, width));
      const toHigh = Math.abs(event.offsetX - this.xOf(high, width));
      key = toLow < toHigh ? 'lowPercent' : 'highPercent';
      this.histogram.setPointerCapture(event.pointerId);
      follow(event);
    });
    this.histogram.addEventListener('pointermove', follow);
    this.histogram.addEventListener('pointerup', () => {
      key = undefined;
    });
  }
}
