import { describe, expect, test } from 'vitest';
import { CancelledError } from '../../bindings/core/errors.ts';
import type { PreparedInfo, ScanHandle } from '../../bindings/web/index.ts';
import { Control } from '../../bindings/web/viewer/control.ts';
import { type PlaneInUnit, Planes } from '../../bindings/web/viewer/planes.ts';
import type { Workbench } from '../../bindings/web/viewer/workbench.ts';

const later = () => new Promise((resolve) => setTimeout(resolve));

/** What preparing a channel gives, whose unit is the channel's title. */
function preparedFor(title: string): PreparedInfo {
  const channels = [{ name: title, unit: title }];
  return { channels, levelled: { heightUnit: 'arbitrary' } } as unknown as PreparedInfo;
}

/** A scan whose pixels tell the channel that it was prepared for last, by the length of its title. */
function scanOf() {
  let title = '';
  let isClosed = false;
  const handle = {
    async prepare({ channels }: { channels: string[] }) {
      await later();
      [title] = channels;
      return preparedFor(title);
    },
    async levelledPlane() {
      await later();
      return { rows: 1, columns: 1, pixels: Float32Array.of(title.length) };
    },
    close() {
      isClosed = true;
    },
  } as unknown as ScanHandle;
  return { handle, isClosed: () => isClosed };
}

describe('images of channels that were not prepared', () => {
  const prepared = preparedFor('first');

  test('are each of its own channel, asked for at once, and read from one handle', async () => {
    const opened: ReturnType<typeof scanOf>[] = [];
    const planes = new Planes(scanOf().handle, async () => {
      await later();
      opened.push(scanOf());
      return opened[opened.length - 1].handle;
    });
    const titles = ['a', 'bb', 'a', 'ccc'];
    const shown = await Promise.all(titles.map((title) => planes.plane(title, prepared, {})));
    expect(shown.map(({ unit }) => unit)).toEqual(titles);
    expect(shown.map(({ pixels }) => pixels[0])).toEqual([1, 2, 1, 3]);
    expect(opened).toHaveLength(1);
    planes.close();
    expect(opened[0].isClosed()).toBe(true);
    await expect(planes.plane('a', prepared, {})).rejects.toThrow(CancelledError);
    expect(opened).toHaveLength(1);
  });

  test('leave no handle open when they are closed meanwhile', async () => {
    const other = scanOf();
    const planes = new Planes(scanOf().handle, async () => {
      await later();
      return other.handle;
    });
    const plane = planes.plane('a', prepared, {});
    await Promise.resolve();
    planes.close();
    await expect(plane).rejects.toThrow(CancelledError);
    expect(other.isClosed()).toBe(true);
  });
});

describe('the channel shown', () => {
  /** A bench whose images come when they are let. */
  function benchOf() {
    const answers = new Map<string, { give(): void; fail(): void }>();
    const plane = (title: string) =>
      new Promise<PlaneInUnit>((resolve, reject) => {
        const pixels = Float32Array.of(title.length);
        answers.set(title, {
          give: () => resolve({ rows: 1, columns: 1, pixels, unit: title }),
          fail: () => reject(new Error('closed')),
        });
      });
    return { bench: { plane } as unknown as Workbench, answers };
  }

  function controlOf(bench: Workbench): Control {
    const control = new Control();
    control.picture.paint = async () => false;
    control.bench = bench;
    return control;
  }

  test('is the one asked for last, whichever comes last', async () => {
    const { bench, answers } = benchOf();
    const control = controlOf(bench);
    const asked = ['slow', 'fast'].map((title) => control.showChannel(title));
    answers.get('fast')?.give();
    answers.get('slow')?.give();
    await Promise.all(asked);
    expect(control.settings.channel).toBe('fast');
    expect(control.plane?.unit).toBe('fast');
  });

  test('is never one of a scan that is gone, nor is its failure told of', async () => {
    for (const end of ['give', 'fail'] as const) {
      const { bench, answers } = benchOf();
      const control = controlOf(bench);
      const asked = control.showChannel('late');
      await control.show(undefined);
      answers.get('late')?.[end]();
      await asked;
      expect(control.plane).toBeUndefined();
      expect(control.settings.channel).toBe('');
    }
  });

  test('that cannot be had is told of', async () => {
    const { bench, answers } = benchOf();
    const asked = controlOf(bench).showChannel('late');
    answers.get('late')?.fail();
    await expect(asked).rejects.toThrow('closed');
  });
});
