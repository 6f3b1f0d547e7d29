/** Where the package's one kind of worker lies: beside the file that this ends up in. */
export const packagedWorker = new URL('./worker.js', import.meta.url);
