// npm run bench [-- --json FILE --processes N ...]: everything that is timed.
await import('./kernels.ts');
await import('./cold/index.ts');
await import('./pipeline.ts');

export {};
