import { isMainThread } from 'node:worker_threads';

// adatom.mjs: the command line with all it needs in one file, which is its own worker too.
if (isMainThread) {
  const { commands, main } = await import('./main.ts');
  process.exitCode = await main(commands, process.argv.slice(2));
} else {
  await import('../worker.ts');
}
