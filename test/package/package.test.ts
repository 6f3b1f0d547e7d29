import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { publint } from 'publint';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../deno/run.ts';
import { npm, packPackage } from './packed.ts';

const KIB = 1024;
/** Largest sizes, KiB: as a server sends them compressed, and on the disk. */
const limits: Record<string, { gzip: number; plain: number }> = {
  'web/index.js': { gzip: 715, plain: 1225 },
  'web/kernels.js': { gzip: 235, plain: 360 },
  'web/slim.js': { gzip: 180, plain: 500 },
  'web/worker.js': { gzip: 166, plain: 450 },
  'web/formats.js': { gzip: 43, plain: 120 },
  'adatom.wasm': { gzip: 32, plain: 64 },
  'adatom-selftest.wasm': { gzip: 32, plain: 64 },
  'adatom.mjs': { gzip: 760, plain: 1250 },
};
const TARBALL_KIB = 7500;

/** All that is packed, but for declarations and chunks, which are named by their content. */
const content = [
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'LICENSE',
  'README.md',
  'package.json',
  'dist/THIRD-PARTY-LICENCES.txt',
  'dist/adatom-selftest.wasm',
  'dist/adatom.html',
  'dist/adatom.mjs',
  'dist/adatom.wasm',
  ...['kernels.js', 'mod.js', 'slim.js', 'worker.js'].map((name) => `dist/deno/${name}`),
  ...['cli.d.ts', 'cli.js', 'index.js', 'kernels.js', 'slim.js', 'worker.js'].map(
    (n) => `dist/node/${n}`,
  ),
  ...['formats.js', 'index.js', 'kernels.js', 'slim.js', 'viewer.js', 'worker.js'].map(
    (n) => `dist/web/${n}`,
  ),
  ...readdirSync(join(root, 'docs'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name))),
  ...['sxm', 'support.csv', 'truth.csv'].map((name) => `examples/dimer-rows.${name}`),
  ...['README.md', 'canvas.html', 'module.html', 'openseadragon.html', 'viewer.html'].map(
    (name) => `examples/web/${name}`,
  ),
  'models/README.md',
  'models/adatom.safetensors',
  'models/adatom.svg',
  'models/segment.safetensors',
  'models/segment.svg',
].sort();
const byContent =
  /^dist\/(types(-deno)?\/(bindings|build)\/.*\.d\.ts|node\/shared-[A-Z0-9]{8}\.js)$/;

let packed: ReturnType<typeof packPackage>;
beforeAll(() => {
  packed = packPackage();
});
afterAll(() => rmSync(packed.folder, { recursive: true }));

describe('what npm packs', () => {
  test('is this and no more', () => {
    const listed = execFileSync('tar', ['-tzf', packed.tarball], { encoding: 'utf8' })
      .trim()
      .split('\n')
      .map((path) => path.replace('package/', ''));
    expect(listed.filter((path) => !byContent.test(path)).sort()).toEqual(content);
    expect(statSync(packed.tarball).size).toBeLessThan(TARBALL_KIB * KIB);
  });

  test('holds whatever its README points to', () => {
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    const links = [...readme.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, path]) => path);
    expect(links.length).toBeGreaterThan(8);
    expect(links.filter((path) => !content.includes(path))).toEqual([]);
  });

  test.each(Object.entries(limits))('%s is small', (name, { gzip, plain }) => {
    const bytes = readFileSync(join(root, 'dist', name));
    expect(bytes.length).toBeLessThan(plain * KIB);
    expect(gzipSync(bytes, { level: 9 }).length).toBeLessThan(gzip * KIB);
  });

  test('brings no package with it', () => {
    const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    expect(dependencies).toBeUndefined();
  });

  test('has nothing that publint complains of', async () => {
    const { messages } = await publint({ pack: { tarball: bytesOf(packed.tarball) } });
    expect(messages).toEqual([]);
  });

  test('has types for every entry that is a library', { timeout: 180_000 }, () => {
    const program = join(root, 'node_modules/@arethetypeswrong/cli/dist/index.js');
    const command = [program, packed.tarball, '--profile', 'esm-only', '--no-color'];
    const { stdout, status } = spawnSync(
      process.execPath,
      [...command, '--exclude-entrypoints', 'worker', 'adatom.html', 'adatom.wasm', 'weights/*'],
      { encoding: 'utf8' },
    );
    expect(status, stdout).toBe(0);
  });
});

describe('npm i ./adatom-x.y.z.tgz, in a clean folder without network', () => {
  const program = `
    import { createAdatom } from 'adatom';
    import * as kernels from 'adatom/kernels';
    import * as slim from 'adatom/slim';
    import { readFile } from 'node:fs/promises';
    const [, , path] = process.argv;
    const file = { name: 'dimer-rows.sxm', bytes: new Uint8Array(await readFile(path)) };
    const read = async (name) => new Uint8Array(await readFile('node_modules/adatom/' + name));
    const segmenter = { name: 'segment.safetensors', bytes: await read('models/segment.safetensors') };
    const bytes = await read('models/adatom.safetensors');
    const weights = { name: 'adatom.safetensors', bytes, segmenter };
    for (const engine of [
      await createAdatom(),
      await slim.createAdatom({ wasm: await read('dist/adatom.wasm'), weights }),
    ]) {
      const scan = await engine.open(file);
      await scan.prepare();
      const { defects } = await scan.find();
      await scan.embed(defects);
      const { embeddings } = await scan.embeddings();
      console.log(engine.network.sha256, defects.length, embeddings.length, embeddings[7]);
      engine.dispose();
    }
    const numbers = kernels.createKernels();
    const own = kernels.defaultWeights();
    const network = kernels.loadEmbeddingNetwork(numbers, own.bytes, own.name);
    const crop = Float32Array.from({ length: 3200 }, (_, i) => (i % 17) / 17);
    const { embeddings } = kernels.embedCrops(numbers, network.loaded, crop, 1);
    console.log(network.sha256, embeddings.length, embeddings[7]);`;
  const scan = join(root, 'examples/dimer-rows.sxm');
  let clean: string;
  beforeAll(() => {
    clean = join(packed.folder, 'clean');
    mkdirSync(clean);
    const parameters = ['install', '--offline', '--no-audit', '--no-fund', packed.tarball];
    execFileSync(npm, parameters, { cwd: clean, stdio: 'pipe' });
  });

  function printed(command: string[]): string[] {
    const env = { ...process.env, DENO_NO_UPDATE_CHECK: '1' };
    const options = { cwd: clean, encoding: 'utf8', env, input: program } as const;
    return execFileSync(process.execPath, command, options).trim().split('\n');
  }

  test('runs with node and deno, whole, slim or the numbers alone, with the same result', {
    timeout: 180_000,
  }, () => {
    const inNode = printed(['--input-type=module', '-', scan]);
    const deno = join(root, 'node_modules/deno/bin.cjs');
    const flags = ['--no-remote', '--no-prompt', '--node-modules-dir=manual'];
    const permission = `--allow-read=${clean},${scan}`;
    const inDeno = printed([deno, 'run', ...flags, permission, '-', scan]);
    expect(inNode).toHaveLength(3);
    expect(inNode[0]).toMatch(/^[0-9a-f]{64} [1-9]\d+ [1-9]\d+ /);
    expect(inNode[1]).toBe(inNode[0]);
    expect(inNode[2]).toMatch(new RegExp(`^${inNode[0].slice(0, 64)} 1600 [-0-9.]+$`));
    expect(inDeno).toEqual(inNode);
  });

  /** Compiles a program against the package, its declarations too, with these libraries of TypeScript's. */
  function typeCheck(
    name: string,
    text: string,
    lib: string,
    resolution: string,
    ...more: string[]
  ): void {
    writeFileSync(join(clean, name), text);
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const module = resolution === 'bundler' ? 'esnext' : 'nodenext';
    const options = ['--noEmit', '--strict', '--target', 'es2022', '--lib', lib];
    const { stdout, status } = spawnSync(
      process.execPath,
      [tsc, ...options, '--module', module, '--moduleResolution', resolution, ...more, name],
      { cwd: clean, encoding: 'utf8' },
    );
    expect(status, stdout).toBe(0);
  }

  test('type-checks where nothing else is installed, libraries too', { timeout: 120_000 }, () => {
    const lines = ['', '/slim', '/kernels', '/viewer', '/formats'].map(
      (entry) => `import * as m${entry.replace('/', '')} from 'adatom${entry}';`,
    );
    const page = `${lines.join('\n')}\nexport const { createAdatom } = m;\n`;
    for (const resolution of ['bundler', 'nodenext']) {
      typeCheck('page.ts', page, 'es2022,dom', resolution);
    }
  });

  test('type-checks for Node without the library of the DOM, and with a module of its', {
    timeout: 120_000,
  }, () => {
    const own = `
      import { createAdatom } from 'adatom';
      import { createAdatom as slim } from 'adatom/slim';
      import { createKernels } from 'adatom/kernels';`;
    const bytes = `${own}
      const wasm = new Uint8Array(8);
      export const made = [createAdatom({ wasm }), slim({ wasm }), createKernels()];`;
    typeCheck('node.ts', bytes, 'es2022', 'nodenext');
    const compiled = `${own}
      const wasm = new WebAssembly.Module(new Uint8Array(8));
      const workerUrl = new URL('file:///worker.js');
      export const made = [createAdatom({ wasm, workerUrl }), slim({ wasm }), createKernels(wasm)];`;
    typeCheck('compiled.ts', compiled, 'es2022,dom', 'nodenext');
  });

  test('type-checks for Node as a bundler resolves, once told that it is Node', {
    timeout: 60_000,
  }, () => {
    // Of its own accord TypeScript asks for neither 'node' nor 'browser' then, and gets the page's types.
    const own = `
      import { createKernels, readScanFile } from 'adatom';
      export const cosine: number = createKernels().cos(1);
      export const scan = readScanFile('scan.sxm');`;
    typeCheck('bundled.ts', own, 'es2022', 'bundler', '--customConditions', 'node');
  });

  test('is there for require() too, which can take no module that waits', () => {
    // Node 20.19 on, and 22.12
    const able = (process.features as { require_module?: boolean }).require_module === true;
    const program = `
      for (const entry of ['', '/slim', '/kernels']) require('adatom' + entry);
      const { createKernels, defaultWeights } = require('adatom/kernels');
      createKernels();
      process.exit(defaultWeights().bytes.length > 0 ? 0 : 1);`;
    const args = ['--input-type=commonjs', '-e', able ? program : ''];
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: clean, encoding: 'utf8' });
    expect(status, stderr).toBe(0);
  });

  test('is a command', () => {
    const bin = join(clean, 'node_modules/.bin/adatom');
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    expect(execFileSync(bin, ['--version'], { encoding: 'utf8' }).trim()).toBe(version);
  });
});

/** A file's bytes in a buffer of their own. */
function bytesOf(path: string): ArrayBuffer {
  return new Uint8Array(readFileSync(path)).buffer;
}
