import { MASK_FRACTION, type Visible } from './expose.ts';

/** Half of a defect's largest change: where a person would draw its outline. */
const CORE_FRACTION = 1 / 2;

export interface SceneDefect {
  /** Centre of what is visible, weighted with the change of height in both channels; px. */
  x: number;
  y: number;
  /** Index into the scene's classes. */
  class: number;
  /** Longer side of the box around its mask, px. */
  sizePx: number;
}

export interface Truth {
  defects: SceneDefect[];
  /** 1 where a defect shows in either channel. (rows, columns), as all of these */
  mask: Uint8Array;
  /** The same for each channel. */
  channelMasks: [Uint8Array, Uint8Array];
  /** 1 where a defect changes a channel by more than half of its own largest change. */
  channelCores: [Uint8Array, Uint8Array];
  /** 0, or the number of the defect (from 1, in order of `defects`) that changes this pixel most. */
  instance: Int32Array;
}

/**
 * Masks and positions from what each defect alone changes. Those that do not show, or lie beyond
 * the lines that were recorded, are left out.
 */
export function tellTruth(
  visible: readonly Visible[],
  classes: readonly number[],
  contrast: number,
  rows: number,
  columns: number,
  recorded: number,
): Truth {
  const seen = visible.flatMap((each, i) => {
    const defect = describe(each, classes[i], contrast);
    return defect && defect.y < recorded ? [{ each, defect }] : [];
  });
  seen.sort((a, b) => a.defect.y - b.defect.y || a.defect.x - b.defect.x);
  const n = rows * columns;
  const mask = new Uint8Array(n);
  const channelMasks: [Uint8Array, Uint8Array] = [new Uint8Array(n), new Uint8Array(n)];
  const channelCores: [Uint8Array, Uint8Array] = [new Uint8Array(n), new Uint8Array(n)];
  const instance = new Int32Array(n);
  const strongest = new Float32Array(n);
  seen.forEach(({ each: { patch, change, peak } }, number) => {
    for (let i = 0; i < change[0].length; i++) {
      const row = patch.top + Math.floor(i / patch.columns);
      if (row >= recorded) break;
      const at = row * columns + patch.left + (i % patch.columns);
      const first = Math.abs(change[0][i]);
      const second = Math.abs(change[1][i]) / contrast;
      const most = Math.max(first, second);
      if (!(most > MASK_FRACTION * peak)) continue;
      if (first > CORE_FRACTION * peak) channelCores[0][at] = 1;
      if (second > CORE_FRACTION * peak) channelCores[1][at] = 1;
      mask[at] = 1;
      if (first > MASK_FRACTION * peak) channelMasks[0][at] = 1;
      if (second > MASK_FRACTION * peak) channelMasks[1][at] = 1;
      if (most > strongest[at]) {
        strongest[at] = most;
        instance[at] = number + 1;
      }
    }
  });
  return { defects: seen.map(({ defect }) => defect), mask, channelMasks, channelCores, instance };
}

function describe(
  { patch, change, peak }: Visible,
  number: number,
  contrast: number,
): SceneDefect | undefined {
  let [sum, x, y] = [0, 0, 0];
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let i = 0; i < change[0].length; i++) {
    const first = Math.abs(change[0][i]);
    const second = Math.abs(change[1][i]) / contrast;
    if (!(Math.max(first, second) > MASK_FRACTION * peak)) continue;
    const row = Math.floor(i / patch.columns);
    const column = i % patch.columns;
    sum += first + second;
    x += (first + second) * column;
    y += (first + second) * row;
    left = Math.min(left, column);
    right = Math.max(right, column);
    top = Math.min(top, row);
    bottom = Math.max(bottom, row);
  }
  if (!(sum > 0)) return undefined;
  return {
    x: patch.left + x / sum,
    y: patch.top + y / sum,
    class: number,
    sizePx: 1 + Math.max(right - left, bottom - top),
  };
}
