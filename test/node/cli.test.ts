import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readNpyArray } from '../../bindings/core/formats/index.ts';
import {
  matchPositions,
  readLibrary,
  readScan,
  simulateDimerRows,
  version,
  writeLibrary,
  writeNpy,
  writeSxm,
} from '../../bindings/core/index.ts';
import { createKernels } from '../../bindings/node/instantiate.ts';
import { root, runCli } from './run-cli.ts';

const scan = resolve(root, 'examples/dimer-rows.sxm');
const support = resolve(root, 'examples/dimer-rows.support.csv');
const folder = mkdtempSync(join(tmpdir(), 'adatom-cli-'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const adatom = (...args: string[]) => runCli(folder, args);

function file(name: string, content: Uint8Array | string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

test('the version is the package’s', () => {
  const { version: packaged } = JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8'));
  expect(version).toBe(packaged);
  expect(adatom('--version').stdout.trim()).toBe(packaged);
});

test('info lists the channels, and as JSON', () => {
  const { status, stdout } = adatom('info', scan);
  expect(status).toBe(0);
  expect(stdout).toMatch(/nanonis-sxm/);
  expect(stdout).toMatch(/Z:forward/);
  const json = JSON.parse(adatom('info', scan, '--json').stdout);
  expect(json.channels.map((channel: { name: string }) => channel.name)).toEqual([
    'Z:forward',
    'Z:backward',
  ]);
  expect(json.sha256).toMatch(/^[0-9a-f]{64}$/);
});

test('info tells the ends of a narrow range apart', () => {
  const heights = Float64Array.from({ length: 16 }, (_, i) => -2.1862e-8 + i * 1e-14);
  const { status, stdout } = adatom('info', file('narrow.npy', writeNpy(heights, [4, 4])));
  expect(status).toBe(0);
  expect(stdout).toMatch(/ -2\.18620000\de-8 \.\. -2\.18618500\de-8 \(no unit\)/);
  const flat = adatom('info', file('constant.npy', writeNpy(heights.fill(2), [4, 4])));
  expect(flat.stdout).toContain('2.0000 (no unit) everywhere');
});

test('info takes several files, and says what could not be read', () => {
  const plain = file('plain.npy', writeNpy(new Float64Array(16).fill(3), [4, 4]));
  const broken = file('broken.sxm', 'no scan');
  const { status, stdout, stderr } = adatom('info', scan, broken, plain);
  expect(status).toBe(1);
  expect(stdout.match(/sha256/g)).toHaveLength(2);
  expect(stderr).toMatch(/broken\.sxm/);
  expect(stderr).toMatch(/1 of 3 files could not be read/);
  expect(stdout).toMatch(/Size unknown: give the width/);
  const wrong = adatom('info', scan, plain, '--width', 'wide');
  expect(wrong.status).toBe(2);
  expect(wrong.stderr.match(/width/g)).toHaveLength(1);
  const sized = adatom('info', plain, '--width', '10nm', '--unit', 'nm').stdout;
  expect(sized).toMatch(/10 x 10 nm, 3\.0000e-9 m everywhere/);
  expect(sized).not.toMatch(/Size unknown/);
  const lines = adatom('info', scan, plain, '--json').stdout.trim().split('\n');
  expect(lines.map((line) => JSON.parse(line).format)).toEqual(['nanonis-sxm', 'npy']);
});

test('threads that find are not seen in what is found', () => {
  const written = ['1', '2', '3'].map((workers) => {
    const out = join(folder, `threads-${workers}`);
    expect(adatom('segment', scan, '--workers', workers, '--out', out).status).toBe(0);
    return ['mask.npy', 'defects.csv', 'result.json'].map((name) =>
      readFileSync(join(out, name)).toString('latin1'),
    );
  });
  expect(written[1]).toEqual(written[0]);
  expect(written[2]).toEqual(written[0]);
  const none = adatom('segment', scan, '--workers', '0', '--out', join(folder, 'none'));
  expect(none.status).toBe(2);
  expect(none.stderr).toContain('--workers: expected 1 to 64');
});

test('demo finds and names the bundled scan as classify does, with the shipped networks', () => {
  const out = join(folder, 'demo');
  const asked = join(folder, 'asked');
  expect(adatom('demo', '--out', out).status).toBe(0);
  expect(adatom('classify', scan, '--support', support, '--out', asked).status).toBe(0);
  const { steps } = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8'));
  const segmented = steps.find(({ name }: { name: string }) => name === 'segment');
  expect(segmented).toMatchObject({ method: 'network', network: 'segment.safetensors' });
  const table = (of: string) => readFileSync(join(of, 'defects.csv'), 'utf8');
  expect(table(out)).toBe(table(asked));
});

describe('segment', () => {
  let out: string;
  beforeAll(() => {
    out = join(folder, 'segmented');
    expect(adatom('segment', scan, '--out', out)).toMatchObject({ status: 0, stderr: '' });
  });

  test('writes the files of the contract and no others', () => {
    expect(readdirSync(out).sort()).toEqual(
      ['defects.csv', 'mask.npy', 'mask.png', 'overlay.png', 'report.html', 'result.json'].sort(),
    );
  });

  test('the mask has the scan’s own shape, type and values', () => {
    const bytes = new Uint8Array(readFileSync(join(out, 'mask.npy')));
    const original = readScan(new Uint8Array(readFileSync(scan)), 'scan').channels[0];
    const mask = readScan(bytes, 'mask.npy').channels[0];
    expect([mask.rows, mask.columns]).toEqual([original.rows, original.columns]);
    expect(Buffer.from(bytes.subarray(10, 100)).toString('latin1')).toContain('|u1');
    expect(new Set(mask.pixels)).toEqual(new Set([0, 1]));
  });

  test('the table agrees with the mask and the record', () => {
    const [header, ...lines] = readFileSync(join(out, 'defects.csv'), 'utf8').trim().split('\n');
    expect(header).toMatch(/^id,x_px,y_px,x_nm,y_nm,area_px,area_nm2,label,confidence,/);
    expect(header).toMatch(/,height_nm,.*,lattice,site_i,/);
    const record = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8'));
    expect(lines.length).toBe(record.defects);
    const mask = readScan(new Uint8Array(readFileSync(join(out, 'mask.npy'))), 'm').channels[0];
    const areas = lines.map((line) => Number(line.split(',')[5]));
    expect(areas.reduce((a, b) => a + b, 0)).toBe(
      Array.from(mask.pixels).reduce((a, b) => a + b, 0),
    );
    expect(record.adatom).toBe(version);
    expect(record.input.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(record.steps.length).toBeGreaterThan(3);
  });

  test('a second run gives the same bytes', () => {
    const again = join(folder, 'again');
    adatom('segment', scan, '--out', again);
    for (const name of readdirSync(out)) {
      expect(readFileSync(join(again, name)).equals(readFileSync(join(out, name))), name).toBe(
        true,
      );
    }
  });
});

test('classify names the defects by the network that adatom brings', () => {
  const out = join(folder, 'named');
  const { status, stdout, stderr } = adatom('classify', scan, '--support', support, '--out', out);
  expect(status).toBe(0);
  expect(stderr).not.toMatch(/untrained/);
  expect(stdout).toMatch(/vacancy/);
  const record = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8'));
  const weights = readFileSync(resolve(root, 'models/adatom.safetensors'));
  const sha256 = createHash('sha256').update(weights).digest('hex');
  expect(record.network).toEqual({ name: 'adatom.safetensors', sha256 });
  const named = record.counts.reduce((sum: number, { count }: { count: number }) => sum + count, 0);
  expect(named).toBe(record.defects);
});

test('classify says when only one class has examples', () => {
  const lines = readFileSync(support, 'utf8').trimEnd().split('\n');
  const label = lines[1].slice(lines[1].lastIndexOf(',') + 1);
  const alone = lines.filter((line, i) => i === 0 || line.endsWith(`,${label}`));
  const examples = file('alone.csv', `${alone.join('\n')}\n`);
  const out = join(folder, 'alone');
  const { status, stderr, stdout } = adatom('classify', scan, '--support', examples, '--out', out);
  expect(status).toBe(0);
  expect(stderr).toContain(`Only '${label}' has examples`);
  const rows = readFileSync(join(out, 'defects.csv'), 'utf8').trim().split('\n').slice(1);
  const confidences = rows.map((row) => row.split(',')[8]);
  // The examples themselves are certain; of the others nobody knows.
  expect(confidences.filter((text) => text === '1.0000')).toHaveLength(alone.length - 1);
  expect(confidences.filter((text) => text === '')).toHaveLength(rows.length - alone.length + 1);
  // What is least like them would tell most.
  const doubts = rows.map((row) => Number(row.split(',').at(-1)));
  const most = rows[doubts.indexOf(Math.max(...doubts))].split(',')[0];
  expect(stdout).toContain(`Labels that would tell most next (x_px, y_px): #${most} (`);
});

test('classify says when the network is untrained', () => {
  const out = join(folder, 'untrained');
  const args = ['--support', support, '--weights', 'untrained', '--out', out];
  const { status, stderr } = adatom('classify', scan, ...args);
  expect(status).toBe(0);
  expect(stderr).toMatch(/untrained/);
  const record = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8'));
  expect(record.network).toMatchObject({ sha256: null });
  expect(record.network.name).toMatch(/untrained/);
});

test('classify --at names the points given', () => {
  const out = join(folder, 'at');
  const { status } = adatom('classify', scan, '--support', support, '--at', support, '--out', out);
  expect(status).toBe(0);
  const rows = readFileSync(join(out, 'defects.csv'), 'utf8').trim().split('\n').slice(1);
  const labels = readFileSync(support, 'utf8').trim().split('\n').slice(1);
  expect(rows.map((row) => row.split(',')[7])).toEqual(
    labels.map((row) => row.split(',')[2].trim()),
  );
  expect(existsSync(join(out, 'mask.npy'))).toBe(false);
});

test('embed writes float32 (points, dimension)', () => {
  const out = join(folder, 'embeddings.npy');
  expect(adatom('embed', scan, '--at', support, '--crop', '2.5nm', '--out', out).status).toBe(0);
  const bytes = new Uint8Array(readFileSync(out));
  expect(Buffer.from(bytes.subarray(10, 100)).toString('latin1')).toContain('<f4');
  const points = readFileSync(support, 'utf8').trim().split('\n').length - 1;
  expect(readScan(bytes, 'e').channels[0]).toMatchObject({ rows: points, columns: 1600 });
});

test('--json: progress as JSON lines, the result as JSON', () => {
  const { status, stdout, stderr } = adatom('segment', scan, '--out', join(folder, 'j'), '--json');
  expect(status).toBe(0);
  const events = stderr
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(events.some(({ event, fraction }) => event === 'progress' && fraction === 1)).toBe(true);
  expect(JSON.parse(stdout).counts[0].count).toBeGreaterThan(0);
});

test('classify --at into a folder with a mask from before leaves no stale mask', () => {
  const out = join(folder, 'twice');
  adatom('segment', scan, '--out', out);
  adatom('classify', scan, '--support', support, '--at', support, '--out', out);
  expect(readdirSync(out).sort()).toEqual([
    'defects.csv',
    'overlay.png',
    'report.html',
    'result.json',
  ]);
});

test('the record names every file read, the channels used and the area searched', () => {
  const out = join(folder, 'record');
  const half = readScan(new Uint8Array(readFileSync(scan)), 'scan');
  for (const channel of half.channels) {
    channel.pixels.fill(Number.NaN, (channel.rows / 2) * channel.columns);
  }
  const unfinished = file('unfinished.sxm', writeSxm(half));
  expect(
    adatom(
      'classify',
      unfinished,
      '--support',
      file('s.csv', 'x_px,y_px,label\n100,100,a\n120,90,b\n'),
      '--out',
      out,
    ).status,
  ).toBe(0);
  const record = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8'));
  expect(record.otherInputs).toMatchObject([{ role: 'support', file: 's.csv' }]);
  expect(record.input.channels.map(({ name }: { name: string }) => name)).toEqual([
    'Z:forward',
    'Z:backward',
  ]);
  const { count, perNm2, areaNm2 } = record.counts.find((one: { count: number }) => one.count > 0);
  expect(areaNm2).toBeCloseTo(count / perNm2, 9);
  // Half of 40 x 40 nm was measured, and step edges are not searched.
  expect(count / perNm2).toBeLessThan(801);
  expect(count / perNm2).toBeGreaterThan(500);
  expect(record.warnings.join()).toMatch(/not measured/);
});

describe('a class library', () => {
  const library = join(folder, 'classes.json');
  const out = join(folder, 'by-library');
  /** The defects that a run wrote. */
  const defectsOf = (run: string) =>
    readFileSync(join(run, 'defects.csv'), 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => {
        const [, x, y, , , area, , label] = line.split(',');
        return { x: Number(x), y: Number(y), area: Number(area), label };
      });

  test('of one scan names the next, and grows', () => {
    const first = join(folder, 'for-library');
    const save = ['--save-library', library];
    expect(adatom('classify', scan, '--support', support, ...save, '--out', first).status).toBe(0);
    const saved = readLibrary(readFileSync(library, 'utf8'), 'classes.json');
    expect(saved.sources).toEqual(['dimer-rows.sxm']);
    expect(saved.labels).toHaveLength(readFileSync(support, 'utf8').trim().split('\n').length - 1);

    const seeds = simulateDimerRows(createKernels(), {
      seed: 11,
      rows: 256,
      columns: 256,
      widthNm: 32,
    });
    const next = file(
      'next.sxm',
      writeSxm({
        ...seeds.scan,
        channels: seeds.scan.channels.map((one) => ({ ...one, biasV: null })),
      }),
    );
    const { status, stderr } = adatom('classify', next, '--library', library, '--out', out);
    expect([status, stderr]).toEqual([0, '']);
    const record = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8'));
    expect(record.otherInputs).toMatchObject([{ role: 'library', file: 'classes.json' }]);
    const defects = defectsOf(out);
    const { pairs } = matchPositions(defects, seeds.defects, 0.02 * 256);
    const right = pairs.filter(([i, j]) => defects[i].label === seeds.defects[j].kind);
    expect(pairs.length).toBeGreaterThan(20);
    expect(right.length / pairs.length).toBeGreaterThan(0.9);

    const more = file('more.csv', 'x_px,y_px,label\n');
    const one = seeds.defects.find(({ kind }) => kind === 'vacancy')!;
    writeFileSync(more, `x_px,y_px,label\n${Math.round(one.x)},${Math.round(one.y)},hole\n`);
    const both = ['--library', library, '--support', more, '--save-library', library];
    expect(adatom('classify', next, ...both, '--out', out).status).toBe(0);
    const grown = readLibrary(readFileSync(library, 'utf8'), 'classes.json');
    expect(grown.sources).toEqual(['next.sxm', 'dimer-rows.sxm']);
    expect(grown.classes.map(({ name }) => name)).toEqual([
      'hole',
      'vacancy',
      'dangling-bond',
      'fragment',
    ]);
    expect(grown.labels).toHaveLength(saved.labels.length + 1);
    expect(new Set(grown.classes.map(({ colour }) => colour)).size).toBe(4);
    // Both count: one dark example of this scan does not leave the bright classes of the library out.
    const labels = new Set(defectsOf(out).map(({ label }) => label));
    expect([...labels]).toEqual(expect.arrayContaining(['vacancy', 'dangling-bond', 'fragment']));
    // The same once more adds nothing.
    expect(adatom('classify', next, ...both, '--out', out).status).toBe(0);
    expect(readLibrary(readFileSync(library, 'utf8'), 'classes.json')).toEqual(grown);
  });

  test('leaves out what resembles its examples of what is no defect', () => {
    const saved = readLibrary(readFileSync(library, 'utf8'), 'classes.json');
    const without = {
      ...saved,
      labels: saved.labels.map((one) => (one === 'fragment' ? 'not a defect' : one)),
    };
    const path = file(
      'without.json',
      writeLibrary({
        ...without,
        classes: saved.classes.filter(({ name }) => name !== 'fragment'),
      }),
    );
    const all = adatom('classify', scan, '--library', library, '--out', out);
    expect(all.status).toBe(0);
    const before = defectsOf(out);
    expect(adatom('classify', scan, '--library', path, '--out', out).status).toBe(0);
    const after = defectsOf(out);
    expect(after).toEqual(before.filter(({ label }) => label !== 'fragment'));
    const ids = readNpyArray(readFileSync(join(out, 'mask.npy')), 'mask.npy');
    const marked = [...ids.values].filter((at) => at > 0).length;
    expect(marked).toBe(after.reduce((sum, { area }) => sum + area, 0));
  });

  test('is refused where it cannot name', () => {
    const asked = (...args: string[]) => adatom('classify', scan, ...args, '--out', out);
    const failed = (status: number, message: RegExp, ...args: string[]) => {
      const result = asked(...args);
      expect(result.stderr).toMatch(message);
      expect(result.status).toBe(status);
    };
    failed(2, /--support CSV or --library FILE is missing/);
    failed(
      2,
      /--save-library: needs the examples of --support/,
      '--library',
      library,
      '--save-library',
      library,
    );
    failed(
      1,
      /its vectors are of adatom.safetensors.*expected/,
      '--library',
      library,
      '--weights',
      'untrained',
    );
    failed(1, /support.csv/, '--library', support);
    failed(1, /--save-library .*is a folder/, '--support', support, '--save-library', folder);
    const csv = file('mine.csv', readFileSync(support));
    failed(1, /mine.csv: is no class library, and is not/, '--support', csv, '--save-library', csv);
    expect(readFileSync(csv)).toEqual(readFileSync(support));
    failed(1, /the results are written there/, '--support', csv, '--save-library', out);
    const record = join(out, 'result.json');
    failed(1, /the results are written there/, '--support', csv, '--save-library', record);
    for (const other of [
      ['--crop', '2nm'],
      ['--at', support],
      ['--normalise', 'none'],
    ]) {
      failed(2, new RegExp(`${other[0]}: not with --library`), '--library', library, ...other);
      failed(2, /not with --save-library/, '--support', csv, '--save-library', 'l.json', ...other);
    }
    const none = { ...readLibrary(readFileSync(library, 'utf8'), 'l'), classes: [] };
    const empty = file(
      'empty.json',
      writeLibrary({ ...none, labels: none.labels.map(() => 'not a defect') }),
    );
    failed(
      1,
      /expected an example of a class, got 10 of what is 'not a defect'/,
      '--library',
      empty,
    );
  });
});

describe('wrong use exits with 2 and one sentence', () => {
  test.each([
    [['frobnicate'], /no command 'frobnicate'/],
    [['segment', 'x.npy'], /--out DIR is missing/],
    [['segment', '--out', 'o'], /expected SCAN, got nothing/],
    [['segment', 'x.npy', '--out', 'o', '--colour', 'red'], /--colour/],
    [['segment', 'x.npy', '--out', 'o', '--method', 'magic'], /pixels, features, upsampled/],
    [['episodes', 'x.npy', '--labels', 'l', '--shots', 'a'], /--shots/],
    [['segment', 'x.npy', '--out', 'o', '--width', '5m'], /--width: expected 0.001 to 1000000 nm/],
    [['segment', 'x.npy', '--out', 'o', '--width', '-5nm'], /--width/],
  ])('adatom %j', (args, message) => {
    const { status, stderr } = adatom(...args);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(status).toBe(2);
  });
});

describe('bad input exits with 1, one sentence and no output', () => {
  const flat = writeNpy(new Float32Array(64 * 64).fill(1), [64, 64]);
  const nans = writeNpy(new Float32Array(64 * 64).fill(Number.NaN), [64, 64]);
  const cases: [string, () => string[], RegExp][] = [
    ['a missing file', () => ['segment', 'nowhere.sxm'], /nowhere\.sxm: no such file/],
    ['a folder', () => ['segment', folder], /is a folder, expected a file/],
    [
      'a path through a file',
      () => ['segment', join(scan, 'x.sxm')],
      /x\.sxm: cannot be read \(ENOTDIR/,
    ],
    ['an empty file', () => ['segment', file('empty.sxm', '')], /empty\.sxm: at byte 0/],
    [
      'a truncated file',
      () => ['segment', file('cut.sxm', readFileSync(scan).subarray(0, 9999))],
      /cut\.sxm: at byte \d+/,
    ],
    [
      'a wrong magic',
      () => ['segment', file('magic.npy', 'hello, world, this is text')],
      /magic\.npy/,
    ],
    ['nothing but NaN', () => ['segment', file('nan.npy', nans)], /NaN|not measured|missing/i],
    ['a constant scan', () => ['segment', file('flat.npy', flat)], /every measured pixel is 1/],
    [
      'a support label outside the scan',
      () => ['classify', scan, '--support', file('out.csv', 'x_px,y_px,label\n10,9999,a\n')],
      /out\.csv, line 2: \(10, 9999\) is outside/,
    ],
    [
      'a support without labels',
      () => ['classify', scan, '--support', file('bare.csv', 'x_px,y_px\n10,10\n')],
      /expected a label/,
    ],
    [
      'an empty support',
      () => ['classify', scan, '--support', file('none.csv', 'x_px,y_px,label\n')],
      /holds no point/,
    ],
    [
      'two labels for one defect',
      () => [
        'classify',
        scan,
        '--support',
        file(
          'two.csv',
          `${readFileSync(support, 'utf8').split('\n').slice(0, 2).join('\n').trimEnd()}\n${readFileSync(
            support,
            'utf8',
          )
            .split('\n')[1]
            .replace(/[^,]*$/, 'other')}\n`,
        ),
      ],
      /both given to the defect/,
    ],
    [
      'a label kept for something else',
      () => ['classify', scan, '--support', file('kept.csv', 'x_px,y_px,label\n10,10,too large\n')],
      /kept\.csv, line 2: 'too large' is no name/,
    ],
    [
      'weights that are no network',
      () => ['classify', scan, '--support', support, '--weights', file('w.pth', 'PK nonsense')],
      /w\.pth/,
    ],
  ];
  test.each(cases)('%s', (name, args, message) => {
    const out = join(folder, `bad-${name.replaceAll(/\W/g, '-')}`);
    const { status, stderr } = adatom(...args(), '--out', out);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n').length).toBe(1);
    expect(status).toBe(1);
    expect(existsSync(out)).toBe(false);
  });

  test('an output path that is a file, or cannot be made', () => {
    const there = file('there.txt', '');
    const { status, stderr } = adatom('segment', scan, '--out', there);
    expect(stderr).toMatch(/is a file, expected a folder/);
    expect(status).toBe(1);
    const below = adatom('segment', scan, '--out', join(there, 'below'));
    expect(below.stderr).toMatch(/is a file, expected a folder/);
    expect(below.status).toBe(1);
  });

  test('K larger than the class', () => {
    const { status, stderr } = adatom('episodes', scan, '--labels', support, '--shots', '50');
    expect(stderr).toMatch(/50 shots need at least 51 examples of each class, 'vacancy' has 3/);
    expect(status).toBe(1);
  });

  test('a crop in nm on a scan of unknown size', () => {
    const npy = file(
      'sizeless.npy',
      writeNpy(
        Float32Array.from({ length: 4096 }, (_, i) => (i * 7919) % 101),
        [64, 64],
      ),
    );
    const at = file('p.csv', 'x_px,y_px\n20,20\n');
    const { status, stderr } = adatom(
      'embed',
      npy,
      '--at',
      at,
      '--crop',
      '2nm',
      '--out',
      join(folder, 'e.npy'),
    );
    expect(stderr).toMatch(/--width/);
    expect(status).toBe(2);
  });
});

test('simulate writes a scan that adatom reads, with its truth', () => {
  const out = join(folder, 'simulated');
  const args = ['--surface', 'tio2-110', '--seed', '4', '--rows', '96', '--columns', '128'];
  const { status, stdout } = adatom('simulate', ...args, '--pixel-size', '0.1nm', '--out', out);
  expect(status).toBe(0);
  expect(stdout).toMatch(/12\.8 nm wide/);
  const read = (name: string) => {
    const bytes = new Uint8Array(readFileSync(join(out, name)));
    return readScan(bytes, name);
  };
  const fromSxm = read('tio2-110-4.sxm').channels;
  const fromNpy = read('tio2-110-4.npy').channels;
  expect(fromSxm).toHaveLength(2);
  expect(fromSxm[0]).toMatchObject({ rows: 96, columns: 128, unit: 'm' });
  expect(fromSxm[0].widthNm).toBeCloseTo(12.8, 9);
  fromSxm.forEach(({ pixels }, channel) => {
    const apart = pixels.map((metres, i) => Math.abs(metres * 1e9 - fromNpy[channel].pixels[i]));
    expect(Math.max(...apart.filter(Number.isFinite))).toBeLessThan(1e-4);
  });
  const rows = readFileSync(join(out, 'tio2-110-4.labels.csv'), 'utf8').trim().split('\n');
  const truth = JSON.parse(readFileSync(join(out, 'tio2-110-4.json'), 'utf8'));
  expect(rows.length - 1).toBe(truth.defects);
  const mask = read('tio2-110-4.mask.npy').channels[0].pixels;
  const instances = read('tio2-110-4.instances.npy').channels[0].pixels;
  expect(mask.some((value) => value === 1)).toBe(true);
  mask.forEach((value, i) => {
    expect(value === 1).toBe(instances[i] > 0);
  });
});
