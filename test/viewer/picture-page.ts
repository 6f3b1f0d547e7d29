// Runs in a page: a scan's picture beside the colours it must have.
import { colormap, colourIndex } from '../../bindings/core/export/colormap.ts';
import { Picture, WHOLE } from '../../bindings/web/viewer/picture.ts';
import { writeResult } from '../web/write-result.ts';

function planeOf(rows: number, columns: number) {
  const pixels = Float32Array.from({ length: rows * columns }, (_, i) => (i * 7919) % 256);
  return { rows, columns, pixels };
}

/** Draws a part of the picture's plane so many times as large; the pixels. */
function drawn(picture: Picture, part: typeof WHOLE, width: number, height: number) {
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  const context = canvas.getContext('2d', { willReadFrequently: true })!;
  context.imageSmoothingEnabled = false;
  picture.draw(context, part, { left: 0, top: 0, width, height });
  return context.getImageData(0, 0, width, height).data;
}

/** Pixels at full size whose colour is not the colormap's, and pixels at an eighth that are not opaque. */
async function wrong(picture: Picture, rows: number, columns: number): Promise<[number, number]> {
  const plane = planeOf(rows, columns);
  await picture.paint(plane, 0, 255, 'viridis');
  const colours = colormap('viridis');
  const whole = drawn(picture, WHOLE, columns, rows);
  let [off, hollow] = [0, 0];
  plane.pixels.forEach((value, i) => {
    const entry = colourIndex(value, 0, 255) * 3;
    if ([0, 1, 2].some((c) => whole[i * 4 + c] !== colours[entry + c])) off++;
  });
  const [width, height] = [Math.max(1, columns >> 3), Math.max(1, rows >> 3)];
  const small = drawn(picture, WHOLE, width, height);
  for (let i = 3; i < small.length; i += 4) if (small[i] !== 255) hollow++;
  return [off, hollow];
}

await writeResult(async () => {
  const sizes = [
    [320, 320],
    [1025, 1500],
    [1501, 1300],
    [257, 2049],
    [3, 2000],
  ];
  const one = new Picture();
  const results = [];
  for (const [rows, columns] of sizes) results.push(await wrong(one, rows, columns));
  // Another painting begins before the first one has ended.
  const first = one.paint(planeOf(2048, 2048), 0, 255, 'grey');
  const second = await wrong(one, 600, 500);
  return { results, superseded: !(await first), second };
});
