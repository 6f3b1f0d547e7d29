import type { Page } from 'playwright-core';
import type { AdatomViewer } from '../../bindings/web/viewer/index.ts';
import { STRICT, serve, withPage } from '../web/site.ts';

declare global {
  interface Window {
    viewer: AdatomViewer;
  }
}

const PAGE = `<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="/page.css">
<adatom-viewer></adatom-viewer><script type="module" src="/page.js"></script>`;

/** An element that fills the page, with the bundled scan on it. */
const PROGRAM = `import '/dist/web/viewer.js';
window.viewer = document.querySelector('adatom-viewer');
const bytes = new Uint8Array(await (await fetch('/examples/dimer-rows.sxm')).arrayBuffer());
await viewer.load({ name: 'dimer-rows.sxm', bytes });
viewer.id = 'done';`;

const SIDE = 320;

/** The element in Chromium, under a strict policy; whatever the browser complains of fails. */
export async function onStage(use: (stage: StageTest) => Promise<void>): Promise<string[]> {
  const files = new Map([
    ['/index.html', PAGE],
    ['/page.js', PROGRAM],
    ['/page.css', 'body { margin: 0 } adatom-viewer { height: 100vh }'],
  ]);
  const site = await serve(files, { 'Content-Security-Policy': STRICT });
  try {
    return await withPage(`${site.origin}/index.html`, [site.origin], async (page, complaints) => {
      page.setDefaultTimeout(60_000);
      await page.locator('#done').waitFor({ state: 'attached' });
      await use(new StageTest(page));
      return [...complaints];
    });
  } finally {
    site.close();
  }
}

export class StageTest {
  readonly page: Page;
  readonly canvas;

  constructor(page: Page) {
    this.page = page;
    this.canvas = page.locator('canvas.picture');
  }

  /** Search, with classes a and b, a the current one. */
  async begin(): Promise<void> {
    await this.page.evaluate(async () => {
      const bench = window.viewer.workbench!;
      await bench.segment();
      await bench.run({ type: 'add class', name: 'b' });
      await bench.run({ type: 'add class', name: 'a' });
    });
  }

  /** Where a pixel of the scan is on the page, while the whole scan is shown. */
  async at(x: number, y: number): Promise<{ x: number; y: number }> {
    const box = (await this.canvas.boundingBox())!;
    const scale = Math.min(box.width, box.height) / SIDE;
    return {
      x: box.x + (box.width - SIDE * scale) / 2 + (x + 0.5) * scale,
      y: box.y + (box.height - SIDE * scale) / 2 + (y + 0.5) * scale,
    };
  }

  /** Centre of a candidate, by its index. */
  async placeOf(candidate: number): Promise<{ x: number; y: number }> {
    return this.page.evaluate((i) => window.viewer.workbench!.placeOf(i), candidate);
  }

  async drag(from: { x: number; y: number }, ...to: { x: number; y: number }[]): Promise<void> {
    await this.page.mouse.move(from.x, from.y);
    await this.page.mouse.down();
    for (const { x, y } of to) await this.page.mouse.move(x, y, { steps: 4 });
    await this.page.mouse.up();
  }

  /** Wait until nothing is being computed, nor asked for by what was. */
  async settled(): Promise<State> {
    await this.page.evaluate(async () => {
      for (let turn = 0; turn < 3; turn++) {
        await window.viewer.classify();
        await new Promise((resolve) => setTimeout(resolve, 30));
      }
    });
    return this.state();
  }

  /** What the canvas shows once it changes no more, as a number that any pixel changes. */
  look(): Promise<number> {
    return this.canvas.evaluate(async (canvas) => {
      const { width, height } = canvas as HTMLCanvasElement;
      const context = (canvas as HTMLCanvasElement).getContext('2d')!;
      const hash = () => {
        const { data } = context.getImageData(0, 0, width, height);
        return new Uint32Array(data.buffer).reduce((sum, value) => (sum * 31 + value) | 0, 7);
      };
      let before = Number.NaN;
      for (let now = hash(); now !== before; now = hash()) {
        before = now;
        await new Promise((resolve) => setTimeout(resolve, 150));
      }
      return before;
    });
  }

  state(): Promise<State> {
    return this.page.evaluate(() => {
      const { labelling, candidates, naming } = window.viewer.workbench!;
      const { selected, tool } = window.viewer.settings;
      return {
        labels: labelling.labels.map(({ label }) => label),
        classes: labelling.classes.map(({ name }) => name),
        current: labelling.current,
        added: labelling.added.length,
        erased: labelling.erased.length,
        candidates: candidates.defects.length,
        given: naming.isGiven.flatMap((given, i) => (given ? [i] : [])),
        selected,
        tool,
      };
    });
  }
}

export interface State {
  labels: string[];
  classes: string[];
  current: string;
  added: number;
  erased: number;
  candidates: number;
  given: number[];
  selected: number;
  tool: string;
}
