import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  asMeasured,
  classifyDefects,
  countLabels,
  EmptyScanError,
  embedPoints,
  findDefects,
  loadSegmenter,
  matchPositions,
  NOT_A_DEFECT,
  OptionError,
  type Prepared,
  prepare,
  type Scan,
  SupportError,
  simulateDimerRows,
  snapToDefects,
  TOO_LARGE,
  UNKNOWN,
  untrainedNetwork,
} from '../../bindings/core/index.ts';
import { createKernels } from '../../bindings/node/instantiate.ts';

const kernels = createKernels();
const network = untrainedNetwork(kernels);
const made = simulateDimerRows(kernels, { seed: 2, rows: 256, columns: 256, widthNm: 32 });
const prepared = prepare(kernels, made.scan);
const found = findDefects(kernels, prepared);
const within = 0.02 * prepared.columns;

/** The scan with each line repeated: pixels half as high as they are wide. */
function doubled(scan: Scan): Scan {
  return {
    ...scan,
    channels: scan.channels.map((channel) => {
      const { rows, columns, pixels } = channel;
      const out = new Float64Array(2 * rows * columns);
      for (let y = 0; y < 2 * rows; y++) {
        out.set(pixels.subarray((y >> 1) * columns, ((y >> 1) + 1) * columns), y * columns);
      }
      return { ...channel, rows: 2 * rows, pixels: out };
    }),
  };
}

describe('findDefects', () => {
  test('finds what was put there, on the file’s own grid', () => {
    const { precision, recall } = matchPositions(found.defects, made.defects, within);
    expect(recall).toBeGreaterThan(0.95);
    expect(precision).toBeGreaterThan(0.9);
    expect(found.mask.length).toBe(256 * 256);
    expect(found.searchedFraction).toBeLessThan(1);
  });

  test('leaves out what a step rounds where it has only heights to go by, and less where the network looks', () => {
    const { stepEdges, roundedSteps, valid } = prepared.levelled;
    const bytes = readFileSync(new URL('../../models/segment.safetensors', import.meta.url));
    const segmenter = loadSegmenter(bytes, 'segment.safetensors');
    const byNetwork = findDefects(kernels, prepared, { segmenter });
    expect([found.method, byNetwork.method]).toEqual(['pixels', 'network']);
    const part = (mask: Uint8Array) => mask.reduce((sum, one) => sum + one, 0) / mask.length;
    expect(part(stepEdges!)).toBeGreaterThan(0.005);
    expect(part(roundedSteps!)).toBeGreaterThan(1.1 * part(stepEdges!));
    expect(roundedSteps!.every((rounded, i) => rounded >= stepEdges![i])).toBe(true);
    expect(byNetwork.searchedFraction).toBeCloseTo(part(valid) - part(stepEdges!), 3);
    expect(found.searchedFraction).toBeCloseTo(part(valid) - part(roundedSteps!), 3);
    expect(part(found.stepEdges)).toBeCloseTo(part(roundedSteps!), 2);
    expect(part(byNetwork.stepEdges)).toBeCloseTo(part(stepEdges!), 2);
    for (const [{ mask }, left] of [
      [found, found.stepEdges],
      [byNetwork, byNetwork.stepEdges],
    ] as const) {
      expect(mask.some((one, i) => one && left[i])).toBe(false);
    }
  });

  test('a scan that lies all beside steps is no scan for k-means', () => {
    const { levelled } = prepared;
    const beside = { ...levelled, roundedSteps: new Uint8Array(levelled.valid.length).fill(1) };
    expect(() => findDefects(kernels, { ...prepared, levelled: beside })).toThrow(EmptyScanError);
  });

  test('refuses a tile that is none', () => {
    for (const tile of [0, -32, 1.5, Number.NaN, Infinity]) {
      expect(() => findDefects(kernels, prepared, { tile })).toThrow(OptionError);
    }
  });

  test('refuses examples with labels that it gives itself, but not defects without a kind', () => {
    const findBy = (label: string) => () =>
      findDefects(kernels, prepared, { support: [{ ...made.defects[0], label }] });
    for (const label of [UNKNOWN, TOO_LARGE]) {
      expect(findBy(label)).toThrow(SupportError);
      expect(findBy(label)).toThrow(`'${label}' at (`);
    }
    for (const label of [NOT_A_DEFECT, 'defect']) expect(findBy(label)).not.toThrow();
  });

  test('mask, region ids, areas and boxes agree', () => {
    for (const { id, areaPx, areaNm2, box, x, y } of found.defects) {
      let area = 0;
      let sumX = 0;
      found.regionIds.forEach((region, i) => {
        if (region !== id) return;
        const column = i % 256;
        const row = Math.floor(i / 256);
        area++;
        sumX += column;
        expect(
          column >= box.left && column <= box.right && row >= box.top && row <= box.bottom,
        ).toBe(true);
      });
      expect(areaPx).toBe(area);
      expect(areaNm2).toBeCloseTo(area * 0.125 * 0.125, 9);
      expect(x).toBeCloseTo(sumX / area, 9);
      expect(y).toBeGreaterThanOrEqual(box.top);
    }
    expect(found.mask).toEqual(Uint8Array.from(found.regionIds, (id) => (id ? 1 : 0)));
  });

  test('pixels that are not square give the same defects in nm', () => {
    const tall = prepare(kernels, doubled(made.scan));
    expect(tall.pixelYNm).toBeCloseTo(tall.pixelXNm! / 2, 9);
    const again = findDefects(kernels, tall);
    const inNm = (p: Prepared, points: readonly { x: number; y: number }[]) =>
      points.map(({ x, y }) => ({ x: (x + 0.5) * p.pixelXNm!, y: (y + 0.5) * p.pixelYNm! }));
    const { f1 } = matchPositions(inNm(tall, again.defects), inNm(prepared, found.defects), 0.5);
    expect(f1).toBeGreaterThan(0.95);
  });

  test('area limits drop the small and set the large aside', () => {
    const areas = found.defects.map(({ areaNm2 }) => areaNm2!).sort((a, b) => a - b);
    const [low, high] = [areas[5], areas[areas.length - 6]];
    const limited = findDefects(kernels, prepared, { minAreaNm2: low, maxAreaNm2: high });
    expect(limited.defects.every(({ areaNm2 }) => areaNm2! >= low)).toBe(true);
    expect(limited.defects.filter(({ tooLarge }) => tooLarge).length).toBe(
      areas.filter((area) => area > high).length,
    );
    expect(() => findDefects(kernels, prepared, { minAreaNm2: 2, maxAreaNm2: 1 })).toThrow(
      OptionError,
    );
  });
});

describe('classifyDefects', () => {
  const support = ['vacancy', 'dangling-bond', 'fragment'].map((label) => {
    const { x, y } = made.defects.find(({ kind }) => kind === label)!;
    return { x: Math.round(x), y: Math.round(y), label };
  });

  test('names most defects right from one example each, and the examples as told', () => {
    const examples = snapToDefects(support, prepared, found);
    const named = classifyDefects(kernels, prepared, network, found.defects, examples);
    const { pairs } = matchPositions(found.defects, made.defects, within);
    const right = pairs.filter(([f, t]) => named.labels[f] === made.defects[t].kind);
    expect(right.length / pairs.length).toBeGreaterThan(0.85);
    for (const { x, y, label } of examples) {
      const i = found.defects.findIndex((defect) => defect.x === x && defect.y === y);
      expect([named.labels[i], named.confidence[i], named.doubt[i]]).toEqual([label, 1, 0]);
    }
  });

  test('a click anywhere on a defect counts as its centre, one beside stays', () => {
    const [{ box }] = found.defects;
    const inside = { x: 0, y: 0, label: 'a' };
    for (let x = box.left; x <= box.right; x++) {
      if (found.regionIds[box.top * 256 + x] === 1) Object.assign(inside, { x, y: box.top });
    }
    const free = { x: found.regionIds.indexOf(0) % 256, y: 0, label: 'b' };
    const [snapped, left] = snapToDefects([inside, free], prepared, found);
    expect(snapped).toMatchObject({ x: found.defects[0].x, y: found.defects[0].y, label: 'a' });
    expect(left).toEqual(free);
  });

  test('what is too large keeps that name and moves no other', () => {
    const examples = snapToDefects(support, prepared, found);
    const [first, ...others] = found.defects.filter(({ x, y }) =>
      examples.every((example) => example.x !== x || example.y !== y),
    );
    const without = classifyDefects(kernels, prepared, network, others, examples);
    const points = [{ ...first, tooLarge: true }, ...others];
    const named = classifyDefects(kernels, prepared, network, points, examples);
    expect(named.labels).toEqual([TOO_LARGE, ...without.labels]);
    expect(named.confidence[0]).toBeNaN();
    expect(named.confidence.subarray(1)).toEqual(without.confidence);
  });

  test('names a scan after examples of another one', () => {
    const examples = snapToDefects(support, prepared, found);
    const { examples: vectors } = classifyDefects(kernels, prepared, network, [], examples);
    expect(vectors.labels).toEqual(examples.map(({ label }) => label));
    expect(vectors.embeddings.length).toBe(examples.length * vectors.dimension);
    const other = simulateDimerRows(kernels, { seed: 9, rows: 256, columns: 256, widthNm: 32 });
    const next = prepare(kernels, other.scan);
    const { defects } = findDefects(kernels, next);
    const library = { ...vectors, network: { name: network.name, sha256: network.sha256 } };
    const named = classifyDefects(kernels, next, network, defects, [], { library });
    const { pairs } = matchPositions(defects, other.defects, within);
    const right = pairs.filter(([i, j]) => named.labels[i] === other.defects[j].kind).length;
    expect(right / pairs.length).toBeGreaterThan(0.85);
    const strange = { ...library, network: { name: 'other', sha256: 'ab'.repeat(32) } };
    expect(() =>
      classifyDefects(kernels, next, network, defects, [], { library: strange }),
    ).toThrow(/class library: its vectors are of other/);
    expect(() => classifyDefects(kernels, next, network, defects, [])).toThrow(/at least one/);
  });

  test('refuses no example, reserved names and two names for one place', () => {
    const name = (...examples: { x: number; y: number; label: string }[]) =>
      classifyDefects(kernels, prepared, network, [], examples);
    expect(() => name()).toThrow(SupportError);
    for (const label of [UNKNOWN, TOO_LARGE]) {
      expect(() => name({ x: 9, y: 9, label })).toThrow(/at \(9, 9\) is no name for a class/);
    }
    // @ts-expect-error: no label, as a program without types may give it
    expect(() => name({ x: 9, y: 9 })).toThrow(SupportError);
    expect(() => name({ x: Number.NaN, y: 9, label: 'a' })).toThrow(/outside the scan/);
    expect(() => name({ x: 9, y: 9, label: 'a' }, { x: 9, y: 9, label: 'b' })).toThrow(
      /both given/,
    );
    expect(() => name({ x: 256, y: 9, label: 'a' })).toThrow(/outside the scan of 256 x 256/);
  });
});

test('refuses to look at more examples than there are points', () => {
  for (const displaced of [2, -1, 0.5, Number.NaN]) {
    const embed = () => embedPoints(kernels, prepared, network, [{ x: 9, y: 9 }], { displaced });
    expect(embed).toThrow(OptionError);
  }
});

test.each([0, -5, Number.NaN])('a width of %f nm is none', (widthNm) => {
  const channels = made.scan.channels.map((one) => ({ ...one, widthNm, heightNm: widthNm }));
  const { pixelXNm, pixelYNm } = prepare(kernels, { ...made.scan, channels });
  expect([pixelXNm, pixelYNm]).toEqual([null, null]);
});

test('a crop in nm is the same piece of surface whatever the pixels’ shape', () => {
  const places = made.defects.slice(0, 5);
  const tallPlaces = places.map(({ x, y }) => ({ x, y: 2 * y + 0.5 }));
  const embed = (scan: Scan, points: { x: number; y: number }[], nm: number) =>
    embedPoints(kernels, prepare(kernels, scan, asMeasured), network, points, {
      crop: { value: nm, unit: 'nm' },
    });
  const square = embed(made.scan, places, 2.5);
  const tall = embed(doubled(made.scan), tallPlaces, 2.5);
  const wide = embed(made.scan, places, 3.5);
  const apart = (a: Float32Array, b: Float32Array) => {
    const d = kernels.squaredEuclidean(a, b, square.dimension);
    return places.reduce((sum, _, i) => sum + d[i * places.length + i], 0);
  };
  // Repeated lines blur a little; a piece of another size is another picture.
  expect(apart(square.embeddings, tall.embeddings)).toBeLessThan(
    0.2 * apart(square.embeddings, wide.embeddings),
  );
});

test('an empty scan is named by its file', () => {
  const blank = {
    ...made.scan,
    name: 'blank.sxm',
    channels: made.scan.channels.map((c) => ({ ...c, pixels: new Float32Array(c.pixels.length) })),
  };
  expect(() => prepare(kernels, blank)).toThrow(/^blank\.sxm: /);
});

describe('countLabels', () => {
  test('counts per area searched, with Poisson errors, and a limit where there are none', () => {
    const area = 32 * 32 * 0.5;
    const counts = countLabels(['a', 'b', 'a', 'a', 'a'], ['c', 'a'], prepared, 0.5);
    expect(counts.map(({ label, count }) => [label, count])).toEqual([
      ['c', 0],
      ['a', 4],
      ['b', 1],
    ]);
    expect(counts[1].areaNm2).toBeCloseTo(area, 9);
    expect(counts[1].perNm2).toBeCloseTo(4 / area, 12);
    expect(counts[1].errorPerNm2).toBeCloseTo(2 / area, 12);
    // P(0 | mean) = exp(-mean) = 0.05
    expect(Math.exp(-counts[0].below95PerNm2! * area)).toBeCloseTo(0.05, 3);
    expect(counts[0].errorPerNm2).toBeNull();
  });

  test('gives no density without a physical size', () => {
    const [{ perNm2, areaNm2 }] = countLabels(['a'], ['a'], { ...prepared, pixelXNm: null });
    expect([perNm2, areaNm2]).toEqual([null, null]);
  });
});
