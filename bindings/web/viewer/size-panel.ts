import { type PrepareOptions, parseLengthNm } from '../../core/index.ts';
import type { Control } from './control.ts';
import { choice, element, fill } from './dom.ts';
import { lengthValue, sizeText } from './format.ts';

/** Units that heights are taken in, by their names in PrepareOptions. */
const UNITS = [
  ['m', 'm'],
  ['um', 'µm'],
  ['nm', 'nm'],
  ['angstrom', 'Å'],
  ['pm', 'pm'],
  ['arbitrary', 'no length'],
] as const;

/**
 * The scan's width and the unit of its heights, for files that do not say them or say them wrong. Open
 * where the width is not known; each change is an option of the run and can be undone.
 */
export class SizePanel {
  readonly root: HTMLDetailsElement;
  private readonly control: Control;
  private readonly size = element('span', { className: 'aside' });
  private readonly hint = element(
    'p',
    { className: 'hint', id: 'size-hint' },
    'The file does not say how wide the scan is. With the width, positions, areas and densities are in nm.',
  );
  private readonly width = element('input', {
    type: 'text',
    autocomplete: 'off',
    onchange: () => void this.setWidth(),
    attributes: { 'aria-describedby': 'size-hint' },
  });
  private readonly unit: ReturnType<typeof choice>;

  constructor(control: Control) {
    this.control = control;
    this.unit = choice('Heights', [], (unit) => void this.setUnit(unit));
    this.root = element(
      'details',
      { className: 'group' },
      element('summary', {}, 'Size and unit', this.size),
      this.hint,
      element(
        'div',
        { className: 'grid' },
        element('label', { className: 'field' }, 'Width', this.width),
        this.unit.field,
      ),
    );
    control.listen((event) => {
      if (event === 'scan') this.begin();
      if (event === 'scan' || event === 'labels' || event === 'levelled') this.refresh();
    });
  }

  private begin(): void {
    const { bench } = this.control;
    this.root.open = bench?.prepared?.pixelXNm === null;
    const own = bench?.handle.info.channels[bench.handle.info.defaultChannels[0]]?.unit;
    fill(this.unit.select, [['', own ? `as in the file (${own})` : 'not in the file'], ...UNITS]);
  }

  /** An empty field stands for what the file says. */
  private async setWidth(): Promise<void> {
    const text = this.width.value.trim();
    const isSet = await this.change(() => ({
      open: text === '' ? undefined : { widthNm: parseLengthNm(text, 'Width') },
    }));
    this.width.setAttribute('aria-invalid', String(!isSet));
  }

  private async setUnit(unit: string): Promise<void> {
    const { bench } = this.control;
    const prepare = { ...bench?.prepareOptions, unit: unit || undefined } as PrepareOptions;
    await this.change(() => ({ prepare }));
  }

  /** Compute anew with other options, and say what the scan is now. */
  private change(options: () => Record<string, unknown>): Promise<boolean> {
    const { control } = this;
    const { bench } = control;
    return control.attempt(async () => {
      await bench?.setOptions(options());
      const prepared = bench?.prepared;
      if (!prepared || bench !== control.bench) return;
      control.say([`${sizeText(prepared) || 'Size not known'}.`, ...prepared.warnings].join(' '));
    });
  }

  private refresh(): void {
    const { bench } = this.control;
    const prepared = bench?.prepared;
    if (!bench || !prepared) return;
    const { widthNm } = bench.openOptions;
    const { pixelXNm, columns } = prepared;
    const text = sizeText(prepared);
    this.size.textContent = text || 'not known';
    this.hint.hidden = text !== '';
    this.width.value = widthNm === undefined ? '' : lengthValue(widthNm);
    this.width.placeholder = pixelXNm ? lengthValue(pixelXNm * columns) : 'e.g. 40 nm';
    this.width.removeAttribute('aria-invalid');
    this.unit.select.value = bench.prepareOptions.unit ?? '';
  }
}
