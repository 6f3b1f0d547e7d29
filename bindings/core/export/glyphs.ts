/**
 * A bitmap font of our own, so that a picture's text needs no host: glyphs up to 5 wide on a grid
 * of 9 rows, 7 above the baseline and 2 below. Each glyph is a text of one base-32 digit per row,
 * whose five bits are the pixels from left to right; rows that are left out are empty.
 */
const GLYPHS: Record<string, string> = {
  ' ': '',
  '!': '4444404',
  '"': 'aa',
  '#': 'aavavaa',
  $: '4fke5u4',
  '%': 'op248j3',
  '&': 'cik8lid',
  "'": '44',
  '(': '248884200',
  ')': '842224800',
  '*': '04lel4',
  '+': '044v44',
  ',': '00000cc48',
  '-': '0000e',
  '.': '00000cc',
  '/': '01248g',
  '0': 'ciiiiic',
  '1': '4c4444e',
  '2': 'eh1248v',
  '3': 'eh161he',
  '4': '26aiv22',
  '5': 'vgu11he',
  '6': '68guhhe',
  '7': 'v124888',
  '8': 'ehhehhe',
  '9': 'ehhf12c',
  ':': '0cc00cc',
  ';': '0cc00cc48',
  '<': '248g842',
  '=': '00v0v',
  '>': '8421248',
  '?': 'eh12404',
  '@': 'ehnlnge',
  A: 'ehhvhhh',
  B: 'uhhuhhu',
  C: 'ehggghe',
  D: 'uhhhhhu',
  E: 'vgguggv',
  F: 'vgguggg',
  G: 'ehgnhhf',
  H: 'hhhvhhh',
  I: 'e44444e',
  J: '72222ic',
  K: 'hikokih',
  L: 'ggggggv',
  M: 'hrllhhh',
  N: 'hhpljhh',
  O: 'ehhhhhe',
  P: 'uhhuggg',
  Q: 'ehhhlid',
  R: 'uhhukih',
  S: 'fgge11u',
  T: 'v444444',
  U: 'hhhhhhe',
  V: 'hhhhha4',
  W: 'hhhllla',
  X: 'hha4ahh',
  Y: 'hhha444',
  Z: 'v1248gv',
  '[': 'e88888e',
  '\\': '0g8421',
  ']': 'e22222e',
  '^': '4ah',
  _: '0000000v',
  '`': '84',
  a: '00e1fhf',
  b: 'ggmphhu',
  c: '00egghe',
  d: '11djhhf',
  e: '00ehvge',
  f: '698s888',
  g: '00fhhhf1e',
  h: 'ggmphhh',
  i: '40c444e',
  j: '2062222ic',
  k: 'ggikoki',
  l: 'c44444e',
  m: '00qllll',
  n: '00mphhh',
  o: '00ehhhe',
  p: '00uhhhugg',
  q: '00fhhhf11',
  r: '00mpggg',
  s: '00fge1u',
  t: '88s8896',
  u: '00hhhjd',
  v: '00hhha4',
  w: '00hhlla',
  x: '00ha4ah',
  y: '00hhhhf1e',
  z: '00v248v',
  '{': '6448446',
  '|': '444444444',
  '}': 'c44244c',
  '~': '008l2',
  µ: '00hhhjtgg',
  '²': 'c24e',
  Å: '4a4ehvh',
  ß: 'cioihhm',
  '°': '4a4',
  '±': '44v440v',
  '−': '000v',
  '×': '00ha4ah',
  '…': '000000l',
};
/** Drawn for a character the font lacks. */
const UNKNOWN = 'vhhhhhv';

export const GLYPH_ROWS = 9;
/** Rows above the baseline. */
export const GLYPH_ASCENT = 7;
const SPACE_WIDTH = 3;

/** One character: rows of `width` bits, the leftmost pixel being the highest bit. */
export interface Glyph {
  width: number;
  rows: number[];
}

/** The characters of a text, each trimmed to its own width. Letters lose accents the font lacks. */
export function glyphsOf(text: string): Glyph[] {
  return Array.from(text.normalize('NFC'), (character) => {
    const bits = GLYPHS[character] ?? GLYPHS[character.normalize('NFD')[0]] ?? UNKNOWN;
    return trim(Array.from({ length: GLYPH_ROWS }, (_, row) => parseInt(bits[row] ?? '0', 32)));
  });
}

/** Width of a text in font pixels, with one pixel between characters. */
export function textWidth(text: string): number {
  return Math.max(
    0,
    glyphsOf(text).reduce((width, glyph) => width + glyph.width + 1, -1),
  );
}

function trim(rows: number[]): Glyph {
  const used = rows.reduce((a, b) => a | b, 0);
  if (used === 0) return { width: SPACE_WIDTH, rows };
  let right = 0;
  while (((used >> right) & 1) === 0) right++;
  return { width: 32 - Math.clz32(used >> right), rows: rows.map((row) => row >> right) };
}
