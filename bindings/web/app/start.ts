import { button, element } from '../viewer/dom.ts';
import { plural } from '../viewer/format.ts';
import type { SavedSession } from './store.ts';

/** What can be opened. */
export const OPEN_TITLE = 'Open scans, sessions, class libraries or tables of examples (CSV)';

interface StartActions {
  open(): void;
  simulate(): void;
  resume(session: SavedSession): void;
  forget(session: SavedSession): void;
}

/** What there is to see before the first scan. */
export function startScreen(saved: readonly SavedSession[], actions: StartActions): HTMLElement {
  const list = saved.map((session) =>
    element(
      'li',
      {},
      element('b', {}, session.file),
      element('span', {}, `${plural(session.labels, 'label')}, ${ago(session.savedAt)}`),
      button('Continue', `Continue with ${session.file}`, () => actions.resume(session)),
      button('×', `Forget ${session.file}`, () => actions.forget(session), 'quiet'),
    ),
  );
  return element(
    'section',
    { className: 'start' },
    element(
      'div',
      {},
      element('h2', {}, 'Drop STM scans here'),
      element(
        'p',
        {},
        'Nanonis .sxm and .3ds, Omicron Matrix (.Z_mtrx together with its .mtrx), Createc .dat, RHK .sm4, WSxM (.stp, .top, .tom), Nanosurf .nid, Igor .ibw, Nanoscope (.spm, .000), Aarhus .mul, Gwyddion .gwy and .gsf, NumPy .npy, PNG, TIFF. Every defect is found without labels and named after one example per class. Nothing leaves this machine.',
      ),
      element(
        'div',
        { className: 'row' },
        button('Open files …', OPEN_TITLE, actions.open, 'primary'),
        button('Try a simulated scan', 'Try a simulated scan', actions.simulate),
      ),
      list.length > 0 ? element('h3', {}, 'Continue where you left off') : null,
      list.length > 0 ? element('ul', { className: 'saved' }, ...list) : null,
    ),
  );
}

function ago(time: number): string {
  const minutes = Math.round((Date.now() - time) / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h ago` : new Date(time).toLocaleDateString();
}
