import { expect, test } from 'vitest';
import { emptyLabelling, type Labelling } from '../../bindings/core/session/index.ts';
import { Clicks } from '../../bindings/web/viewer/clicks.ts';
import type { Control } from '../../bindings/web/viewer/control.ts';
import { View } from '../../bindings/web/viewer/view.ts';

/** A click that makes the first class; meanwhile another scan may come. Returns what is said then. */
async function messageAfter(isOther: boolean): Promise<string> {
  const bench = {
    found: {},
    labelling: emptyLabelling as Labelling,
    candidateAt: () => 0,
    placeOf: () => ({ x: 1, y: 1 }),
  };
  const control = {
    ...{ bench, settings: { tool: 'label' }, view: new View(), message: '', isError: false },
    select() {},
    say: (message: string) => {
      control.message = message;
    },
    async labelAsCurrent() {
      bench.labelling = { ...emptyLabelling, classes: [{ name: 'class 1', colour: '#56b4e9' }] };
      control.message = '1 defect: class 1.';
      if (!isOther) return;
      control.bench = { ...bench };
      control.message = 'The other scan has no size.';
    },
  };
  const clicks = new Clicks(control as unknown as Control);
  await clicks.click({ button: 0, offsetX: 1, offsetY: 1 } as MouseEvent);
  return control.message;
}

test('the first class comes with how to rename it, unless another scan is shown by then', async () => {
  expect(await messageAfter(false)).toMatch(/^1 defect: class 1\. F2, .* renames the class\.$/);
  expect(await messageAfter(true)).toBe('The other scan has no size.');
});
