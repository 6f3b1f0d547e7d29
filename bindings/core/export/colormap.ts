export type Colormap = 'grey' | 'afmhot';

/** 256 colours from lowest to highest, (256, 3). */
export function colormap(name: Colormap): Uint8Array {
  const colours = new Uint8Array(256 * 3);
  for (let i = 0; i < 256; i++) {
    if (name === 'grey') colours.fill(i, i * 3, i * 3 + 3);
    else colours.set(afmhot(i), i * 3);
  }
  return colours;
}

/**
 * Black, brown, orange, white: matplotlib's map of this name, whose channels are 2x, 2x - 0.5 and
 * 2x - 1 cut to 0..1, with its way of rounding (numpy's linspace, then down to a byte).
 */
function afmhot(i: number): [number, number, number] {
  const x = i === 255 ? 1 : i * (1 / 255);
  const byte = (y: number) => Math.floor(Math.min(1, Math.max(0, y)) * 255);
  return [byte(2 * x), byte(2 * x - 0.5), byte(2 * x - 1)];
}

/** The entry, 0..255, for a value between low and high; NaN gives -1. */
export function colourIndex(value: number, low: number, high: number): number {
  if (Number.isNaN(value)) return -1;
  if (!(high > low)) return 128;
  return Math.max(0, Math.min(255, Math.floor(((value - low) / (high - low)) * 256)));
}
