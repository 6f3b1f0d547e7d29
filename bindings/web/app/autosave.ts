import type { Workbench } from '../viewer/index.ts';
import type { StripScan } from './scans.ts';
import type { Store } from './store.ts';

/** A pause in the work before it is written, ms. */
const PAUSE = 300;

/** Writes a scan's session to the browser's storage whenever it changes. */
export class Autosave {
  onFailure: () => void = () => {};
  private readonly store: Store;
  private readonly waiting = new Map<Workbench, ReturnType<typeof setTimeout>>();

  constructor(store: Store) {
    this.store = store;
    // The last chance before a page is closed or a phone stops it.
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'hidden')
        for (const bench of this.waiting.keys()) void this.save(bench);
    });
  }

  /** Follow a scan, and take up what was saved of it; returns whether there was something. */
  async follow({ bench, files }: StripScan): Promise<boolean> {
    if (!bench) return false;
    const { sha256, file } = bench.input;
    const saved = await this.store.session(sha256).catch(() => undefined);
    if (saved) await bench.restore(saved.text, file);
    bench.listen((change) => {
      if (change === 'labels') this.schedule(bench);
    });
    await this.store.keepScan(sha256, files).catch(() => false);
    return saved !== undefined;
  }

  private schedule(bench: Workbench): void {
    clearTimeout(this.waiting.get(bench));
    this.waiting.set(
      bench,
      setTimeout(() => void this.save(bench), PAUSE),
    );
  }

  private async save(bench: Workbench): Promise<void> {
    clearTimeout(this.waiting.get(bench));
    this.waiting.delete(bench);
    const { labels, classes } = bench.labelling;
    const session = {
      ...bench.input,
      savedAt: Date.now(),
      labels: labels.length,
      classes: classes.length,
      text: bench.session(),
    };
    await this.store.save(session).catch(() => this.onFailure());
  }
}
