import { expect, test } from 'vitest';
import { writeCoco } from '../../../bindings/core/export/coco.ts';
import { runFiles } from '../../../bindings/core/export/files.ts';
import { markStyle } from '../../../bindings/core/export/marks.ts';
import { renderOverlay } from '../../../bindings/core/export/overlay.ts';
import { writeRgbPng } from '../../../bindings/core/export/png.ts';
import { writeSvg } from '../../../bindings/core/export/svg.ts';
import {
  countLabels,
  type Defect,
  labelText,
  prepare,
  TOO_LARGE,
} from '../../../bindings/core/index.ts';
import { defaultColour } from '../../../bindings/core/session/index.ts';
import { simulateDimerRows } from '../../../bindings/core/simulate/index.ts';
import { createKernels } from '../../../bindings/node/instantiate.ts';

const kernels = createKernels();
const [rows, columns] = [96, 96];
const counts = { vacancy: 1, 'dangling-bond': 0, fragment: 0 };
const { scan } = simulateDimerRows(kernels, { rows, columns, widthNm: 12, counts });
const prepared = prepare(kernels, scan);
const regionIds = new Int32Array(rows * columns).fill(1, 0, 40).fill(2, 4000, 4003);
const defects = [20, 41].map((x, i): Defect => {
  const box = { left: 0, top: 0, right: columns - 1, bottom: rows - 1 };
  const tooLarge = i === 0;
  return { id: i + 1, x, y: x, areaPx: 3, areaNm2: 3, box, touchesBorder: false, tooLarge };
});
const labels = [TOO_LARGE, ''];
const words = [labelText(''), TOO_LARGE];

test('what has no name, and what is too large, are called the same in every file', () => {
  const files = new Map(
    runFiles({
      ...{ command: 'segment', options: {}, input: { file: 'a', sha256: '' }, otherInputs: [] },
      ...{ scan, prepared, regionIds, defects, labels, confidence: [null, null], classes: [] },
      counts: countLabels(labels, [''], prepared),
      ...{ network: null, steps: [], warnings: [] },
    }),
  );
  const report = String(files.get('report.html'));
  expect(
    [...report.matchAll(/<tr><td>([^<]*)<\/td><td class="number">1</g)].map((m) => m[1]),
  ).toEqual(words);
  const legend = renderOverlay({
    ...{ rows, columns, regionLabels: regionIds, colormap: 'afmhot', pixelNm: prepared.pixelXNm },
    heights: prepared.levelled.planes[0],
    classes: words,
    styles: [{ colour: defaultColour(0), dashed: false }, markStyle({ classes: [] }, TOO_LARGE)],
    classOfRegion: (id) => (id === 1 ? 1 : 0),
  });
  expect(files.get('overlay.png')).toEqual(writeRgbPng(legend.rgb, legend.rows, legend.columns));

  const labelled = { file: 'a', rows, columns, regionIds, defects, labels, classes: [] };
  const { categories } = JSON.parse(writeCoco([labelled]));
  expect(categories.map(({ name }: { name: string }) => name).sort()).toEqual(words);
  const picture = {
    png: new Uint8Array(),
    pixelXNm: 1,
    pixelYNm: 1,
    styleOf: () => ({ colour: '#000000', dashed: false }),
  };
  const svg = writeSvg({ ...labelled, ...picture });
  for (const word of words) expect(svg).toContain(`>${word}: 1<`);
  // Programs tell an empty field from a class.
  expect(String(files.get('defects.csv'))).toMatch(/^2,(.*,){6},/m);
});
