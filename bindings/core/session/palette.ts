/**
 * Okabe and Ito 2008, told apart with every kind of colour vision. Those that afmhot lacks come
 * first, so that a few classes stand out on it as well as on grey.
 */
const PALETTE = ['#56b4e9', '#009e73', '#cc79a7', '#f0e442', '#0072b2', '#d55e00', '#e69f00'];

/** The colour of the n-th class, from 0, until the person chooses another; they repeat after seven. */
export function defaultColour(index: number): string {
  return PALETTE[index % PALETTE.length];
}

/** The first colour that no class has, or the next one in turn. */
export function freeColour(taken: readonly string[]): string {
  return PALETTE.find((colour) => !taken.includes(colour)) ?? defaultColour(taken.length);
}
