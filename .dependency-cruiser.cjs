// Who may import whom (CONTRIBUTING.md). npm run rules; test/rules proves that each rule bites.

/**
 * Packages that core may use: small, and free of any host. The bundles carry them and the hosts'
 * own, so that installing adatom installs nothing else.
 */
const corePackages = ['@noble/hashes', 'fast-png', 'fflate', 'papaparse', 'tiff'];
const bundledPackages = [...corePackages, 'comlink'];

/**
 * The steps of the pipeline, in the order in which a scan passes through them. A step may import
 * the types of the steps before it, and anything in core that is no step (errors, scan, kernels,
 * weights, and regions, which the segmenters use too). Only pipeline.ts, its parts and index.ts see several steps.
 */
const steps = {
  formats: '^bindings/core/formats/',
  preprocess: '^bindings/core/preprocess/',
  segment: '^bindings/core/segment/',
  crop: '^bindings/core/crop(-size)?\\.ts$',
  embed: '^bindings/core/(embed|embed-pixels|network)\\.ts$',
  fewshot: '^bindings/core/fewshot/',
  simulate: '^bindings/core/simulate/',
  train: '^bindings/core/train/',
  export: '^bindings/core/export/',
};
const stepPaths = Object.values(steps);
/** How a file's bytes are laid out, which a writer of the same format shares with its reader. */
const layouts = '^bindings/core/formats/(bytes|orient)\\.ts$';

/**
 * Steps that run code of a step before them: training cuts the crops it learns from, out of scans
 * that it simulates and, for segmentation, levels and looks at as a scan in use.
 */
const mayRun = {
  export: layouts,
  train: [steps.preprocess, steps.segment, steps.crop, steps.simulate],
};

/** The pipeline, and what it is made of beside the steps. */
const spanning =
  '^bindings/core/((index|numbers|pipeline|prepared|embed-sizes|embed-points|name-points|counts)\\.ts$|engine/)';
const hosts = ['node', 'web', 'deno'];
/** The only files that make an instance of the module. */
const instantiating = '^bindings/(node|web|deno)/instance\\.ts$';

/** Who may touch the memory of the module: each owns the blocks it asked the arena for. */
const memoryOwners = '^bindings/core/(kernels|arena|packed|graph|train/tape)\\.ts$';

const error = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

module.exports = {
  forbidden: [
    error(
      'no-cycles',
      'Files that import each other are one file; types, which are erased, may refer to each other.',
      {},
      { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    ),
    error(
      'no-unresolved',
      'An import that leads nowhere.',
      // The kernels' text is generated; deno resolves what Node does not. The consumers' application
      // imports the package, which is only there once it is packed.
      { pathNot: '^test/consumers/app/' },
      { couldNotResolve: true, pathNot: '^(\\.\\./)*build/adatom(\\.wasm|-weights)\\.ts$' },
    ),
    error(
      'assembly-alone',
      'assembly imports nothing outside assembly.',
      { path: '^assembly/' },
      { pathNot: '^assembly/' },
    ),
    error(
      'core-alone',
      'core imports itself and a few host-free packages.',
      { path: '^bindings/core/' },
      { pathNot: `^bindings/core/|^(node_modules/)?(${corePackages.join('|')})(/|$)` },
    ),
    ...hosts.map((host) =>
      error(
        `${host}-imports-core`,
        'A host imports itself, core, the kernels and packages, never another host.',
        { path: `^bindings/${host}/` },
        {
          path: '^(assembly|bindings|test|bench|scripts|dist)/',
          pathNot: `^bindings/(core|${host})/`,
        },
      ),
    ),
    error(
      'node-only-in-node',
      "Node's own modules stay in bindings/node.",
      { path: '^bindings/', pathNot: '^bindings/node/' },
      { dependencyTypes: ['core'] },
    ),
    error(
      'front-ends-import-their-host',
      'cli and app see their host and, through it, core; never core itself.',
      { path: '^bindings/(node/cli|web/app)/' },
      { path: '^bindings/core/' },
    ),
    error(
      'hosts-know-no-front-end',
      'A host does not import its command line or app.',
      { path: '^bindings/', pathNot: '^bindings/(node/cli|web/app)/' },
      { path: '^bindings/(node/cli|web/app)/' },
    ),
    error(
      'nobody-imports-tests',
      'test and bench are leaves.',
      { pathNot: '^(test|bench)/' },
      { path: '^(test|bench)/' },
    ),
    ...Object.entries(steps).map(([step, path]) =>
      error(
        `step-values-${step}`,
        'A step imports no code of another step.',
        { path },
        {
          path: stepPaths.filter((other) => other !== path),
          pathNot: mayRun[step] ?? [],
          dependencyTypesNot: ['type-only'],
        },
      ),
    ),
    ...Object.entries(steps)
      .slice(0, -1)
      .map(([step, path], index) =>
        error(
          `step-order-${step}`,
          'A step imports no types of a later step.',
          { path },
          { path: stepPaths.slice(index + 1) },
        ),
      ),
    error(
      'steps-know-no-pipeline',
      'Only index.ts sees the pipeline; the last step, export, knows the types of its results.',
      { path: '^bindings/core/', pathNot: [spanning, steps.export] },
      { path: spanning },
    ),
    error(
      'export-runs-no-pipeline',
      'export knows the types of the pipeline, and does not run it.',
      { path: steps.export },
      { path: spanning, dependencyTypesNot: ['type-only'] },
    ),
    error(
      'shared-knows-no-step',
      'What several steps share knows none of them.',
      { path: '^bindings/core/', pathNot: [...stepPaths, spanning] },
      { path: stepPaths },
    ),
    error(
      'arena-is-private',
      'Only kernels.ts, packed weights and the tape of training touch WebAssembly memory.',
      { pathNot: [memoryOwners, '^(test|bench)/'] },
      { path: '^bindings/core/arena\\.ts$' },
    ),
    error(
      'addresses-are-private',
      'Only those that touch the memory and the files that instantiate know the raw exports.',
      { pathNot: [memoryOwners, '^bindings/core/index\\.ts$', instantiating, '^(test|bench)/'] },
      { path: '^bindings/core/wasm\\.ts$' },
    ),
    error(
      'declared-packages',
      'A shipped file imports only packages that the bundles are meant to carry.',
      { path: '^bindings/' },
      {
        dependencyTypes: ['npm', 'npm-dev', 'npm-no-pkg', 'npm-unknown'],
        pathNot: `^(node_modules/)?(${bundledPackages.join('|')})(/|$)`,
        dependencyTypesNot: ['type-only'],
      },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
    // Types count: a type of another step is a dependency too.
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      extensions: ['.ts', '.mjs', '.js', '.d.ts'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
