import { join } from 'node:path';
import {
  parseLengthNm,
  type SceneOptions,
  sceneScan,
  simulateScene,
  surfaceNames,
  writeNpy,
  writePointsCsv,
  writeSxm,
} from '../../index.ts';
import { UsageError } from '../args.ts';
import { checkFolder, writeAll } from '../output.ts';
import type { Command } from './command.ts';

const SIZE = 512;

/** `adatom simulate --out DIR`: a scan that never was, as instruments write it, with its truth. */
export const simulate: Command = {
  name: 'simulate',
  summary: 'a simulated scan (.sxm, .npy) with every defect, its class and its mask',
  positionals: [],
  options: {
    out: { value: 'DIR', required: true, help: 'folder for the scan and its truth' },
    surface: {
      value: 'NAME',
      help: `${surfaceNames.join(', ')} (default random: any lattice, any defects)`,
    },
    seed: { value: 'N', help: 'another seed, another scan (default 1)' },
    rows: { value: 'N', help: `pixels down (default ${SIZE})` },
    columns: { value: 'N', help: 'pixels across (default: as many as rows)' },
    'pixel-size': { value: 'LENGTH', help: 'side of a pixel, e.g. 0.1nm (default: at random)' },
    coverage: { value: 'N', help: 'defects per square of one row spacing (default: at random)' },
    plain: { help: 'as after levelling: no tilt, no steps, no scars' },
  },
  example: 'adatom simulate --surface si001 --seed 7 --out simulated',
  run(given, { kernels, print, json }) {
    const out = given.text('out') as string;
    checkFolder(out);
    const rows = given.integer('rows') ?? SIZE;
    const options: SceneOptions = {
      surface: given.oneOf('surface', surfaceNames) ?? 'random',
      seed: given.integer('seed') ?? 1,
      rows,
      columns: given.integer('columns') ?? rows,
      plain: given.flag('plain'),
    };
    const pixel = given.text('pixel-size');
    if (pixel !== undefined) options.pixelNm = parseLengthNm(pixel, '--pixel-size');
    const coverage = given.text('coverage');
    if (coverage !== undefined) {
      options.coverage = Number(coverage);
      if (!(options.coverage >= 0)) throw new UsageError('--coverage: expected a number.');
    }
    const scene = simulateScene(kernels, options);
    const { planes, columns, pixelNm, defects, classes, mask, instance, steps, disturbed } = scene;
    const name = `${options.surface}-${options.seed}`;
    const both = new Float32Array(2 * rows * columns);
    planes.forEach((plane, channel) => {
      both.set(plane, channel * rows * columns);
    });
    const truth = defects.map(({ x, y, class: number }) => ({
      x,
      y,
      label: classes[number].name,
    }));
    const described = {
      ...options,
      pixelNm,
      rowSpacingPx: scene.rowSpacingPx,
      lattice: scene.lattice,
      tipChange: scene.tipChange,
      defects: defects.length,
      classes: classes.map((each, number) => ({
        name: each.name,
        count: defects.filter((defect) => defect.class === number).length,
      })),
    };
    const shape = [rows, columns];
    writeAll(out, [
      [`${name}.sxm`, writeSxm(sceneScan(scene, `${name}.sxm`))],
      [`${name}.npy`, writeNpy(both, [2, rows, columns])],
      [`${name}.labels.csv`, writePointsCsv(truth)],
      [`${name}.mask.npy`, writeNpy(mask, shape)],
      [`${name}.instances.npy`, writeNpy(instance, shape)],
      [`${name}.steps.npy`, writeNpy(steps, shape)],
      [`${name}.disturbed.npy`, writeNpy(disturbed, shape)],
      [`${name}.json`, `${JSON.stringify(described, null, 2)}\n`],
    ]);
    if (json) print(JSON.stringify({ out, ...described }));
    else {
      const width = (columns * pixelNm).toFixed(1);
      print(`${join(out, `${name}.sxm`)}: ${width} nm wide, ${defects.length} defects`);
      for (const { name: label, count } of described.classes) {
        print(`  ${label.padEnd(28)}${String(count).padStart(5)}`);
      }
    }
  },
};
