import { createAdatom, type Engine } from '../viewer/index.ts';

const MOST_WORKERS = 4;

/** Text of the worker where the page carries it with it, as adatom.html does. */
function inlinedWorker(): (() => Worker) | undefined {
  const source = document.getElementById('adatom-worker')?.textContent;
  if (!source) return undefined;
  const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  return () => new Worker(url);
}

/** Workers for all cores but one; the page's own thread where a page may have none. */
export async function startEngine(): Promise<{ engine: Engine; notice: string }> {
  const workers = Math.min(MOST_WORKERS, Math.max(1, (navigator.hardwareConcurrency || 2) - 1));
  const getWorker = inlinedWorker();
  try {
    const engine = await createAdatom({ workers, ...(getWorker ? { getWorker } : {}) });
    return { engine, notice: '' };
  } catch {
    const engine = await createAdatom({ workers: 0 });
    return {
      engine,
      notice: 'This browser allows no workers here: the page stands still while it computes.',
    };
  }
}
