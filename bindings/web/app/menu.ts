import { element } from '../viewer/dom.ts';

/** A line of a menu; null is a rule between groups. */
export type Entry = readonly [title: string, action: () => unknown] | null;

/** A menu that closes after a choice, with Escape and by a click elsewhere. */
export function menu(title: string, entries: readonly Entry[]): HTMLDetailsElement {
  const close = () => {
    made.open = false;
  };
  const lines = entries.map((entry) => {
    if (!entry) return element('hr');
    const [text, action] = entry;
    return element('button', {
      type: 'button',
      textContent: text,
      onclick: () => {
        close();
        action();
      },
    });
  });
  const made = element(
    'details',
    { className: 'menu' },
    element('summary', {}, title),
    element('div', {}, ...lines),
  );
  made.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') close();
  });
  document.addEventListener('pointerdown', (event) => {
    if (!event.composedPath().includes(made)) close();
  });
  return made;
}
