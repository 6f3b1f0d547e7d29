import { isMainThread } from 'node:worker_threads';

// adatom.mjs: the command line with all it needs in one file, which is its own worker too.
if (isMainThread) await import('./main.ts');
else await import('../worker.ts');
