import type { Position } from '../../core/session/index.ts';
import type { Control } from './control.ts';
import { button, element } from './dom.ts';
import { fixed, valueText } from './format.ts';

/** The line at the foot: what happened, what is under way, where the pointer is. */
export class Status {
  readonly root: HTMLElement;
  private readonly control: Control;
  private readonly message = element('span', {
    className: 'message',
    attributes: { role: 'status', 'aria-live': 'polite' },
  });
  private readonly bar = element('progress', { max: 1, hidden: true });
  private readonly stop: HTMLButtonElement;
  private readonly place = element('span', { className: 'place' });
  private spoken = -1;

  constructor(control: Control) {
    this.control = control;
    this.stop = button('Stop', 'Stop what is being computed (Esc)', () => control.bench?.cancel());
    this.stop.hidden = true;
    this.root = element('footer', {}, this.message, this.bar, this.stop, this.place);
    control.listen((event) => {
      // What the pointer was over is no longer there.
      if (event === 'scan') this.hover(undefined);
      if (event === 'busy') this.showProgress();
      if (event === 'message') this.showMessage();
      if (event === 'settings') this.speakSelection();
    });
  }

  /** Position and value under the pointer. */
  hover(at: Position | undefined): void {
    const { bench, plane, view } = this.control;
    const prepared = bench?.prepared;
    this.place.textContent = '';
    if (!at || !plane || !prepared) return;
    const { x, y } = at;
    if (!view.contains(at)) return;
    const row = Math.min(plane.rows - 1, Math.floor(((y + 0.5) / view.rows) * plane.rows));
    const column = Math.min(
      plane.columns - 1,
      Math.floor(((x + 0.5) / view.columns) * plane.columns),
    );
    const value = valueText(plane.pixels[row * plane.columns + column], plane.unit);
    const { pixelXNm, pixelYNm } = prepared;
    const where =
      pixelXNm && pixelYNm
        ? `x ${fixed(x * pixelXNm, 2)} nm  y ${fixed(y * pixelYNm, 2)} nm  `
        : '';
    this.place.textContent = `${where}(${Math.round(x)}, ${Math.round(y)})  ${value}`;
  }

  private showMessage(): void {
    this.message.textContent = this.control.message;
    this.message.classList.toggle('error', this.control.isError);
  }

  private showProgress(): void {
    const busy = this.control.bench?.busy;
    this.bar.hidden = this.stop.hidden = !busy;
    if (!busy) return;
    this.bar.value = busy.fraction;
    this.bar.title = busy.stage;
  }

  private speakSelection(): void {
    const { control } = this;
    const { selected } = control.settings;
    const defect = control.defects[selected];
    if (!defect || selected === this.spoken) {
      this.spoken = selected;
      return;
    }
    this.spoken = selected;
    const { naming, prepared } = control.bench!;
    const confidence = naming.isGiven[selected]
      ? 'labelled by you'
      : Number.isNaN(naming.confidence[selected])
        ? ''
        : `confidence ${fixed(naming.confidence[selected], 2)}`;
    const nm = prepared?.pixelXNm && prepared.pixelYNm;
    const place = nm
      ? `x ${fixed(defect.x * prepared.pixelXNm!, 1)} nm, y ${fixed(defect.y * prepared.pixelYNm!, 1)} nm`
      : `x ${fixed(defect.x, 0)}, y ${fixed(defect.y, 0)}`;
    const parts = [
      `Defect ${defect.id} of ${control.defects.length}`,
      naming.labels[selected],
      confidence,
      place,
    ];
    control.say(parts.filter(Boolean).join(', '));
  }
}
