import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import type { AdatomViewer } from '../../bindings/web/viewer/index.ts';
import { STRICT, serve, type Tab } from '../web/site.ts';
import { openInBrowser } from '../web/tab.ts';

declare global {
  interface Window {
    viewer: AdatomViewer;
    mount(): Promise<void>;
    mountOnShared(): Promise<void>;
  }
}

const PAGE = `<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="/page.css">
<script type="module" src="/page.js"></script>`;

/** Puts an element that fills the page there, with the bundled scan on it, instead of the one before. */
const PROGRAM = `import { AdatomViewer } from '/dist/web/viewer.js';
const bytes = new Uint8Array(await (await fetch('/examples/dimer-rows.sxm')).arrayBuffer());
window.mount = async (engine) => {
  window.viewer?.remove();
  window.viewer = new AdatomViewer();
  if (engine) viewer.engine = engine;
  document.body.append(viewer);
  await viewer.load({ name: 'dimer-rows.sxm', bytes });
};
let engine;
window.mountOnShared = async () => mount(await (engine ??= new AdatomViewer().startedEngine()));`;

const SIDE = 320;

/** A complaint about look(), which reads the canvas back. */
const OF_THE_TESTS = /getImageData/;

let origin: string;
let close = () => {};
let shared: Promise<Tab> | undefined;
beforeAll(async () => {
  const files = new Map([
    ['/index.html', PAGE],
    ['/page.js', PROGRAM],
    ['/page.css', 'body { margin: 0 } adatom-viewer { height: 100vh }'],
  ]);
  ({ origin, close } = await serve(files, { 'Content-Security-Policy': STRICT }));
});
afterAll(() => close());

async function open(): Promise<Tab> {
  const tab = await openInBrowser(`${origin}/index.html`, [origin]);
  tab.page.setDefaultTimeout(60_000);
  await tab.page.waitForFunction(() => window.mountOnShared);
  return tab;
}

type Use = (stage: StageTest) => Promise<void>;

/** The element in a page and with an engine of its own, under a strict policy; returns the browser's complaints. */
export async function onOwnStage(use: Use): Promise<string[]> {
  const tab = await open();
  try {
    await tab.page.evaluate(() => window.mount());
    await use(new StageTest(tab.page));
    return [...tab.complaints];
  } finally {
    await tab.close();
  }
}

/**
 * The same in one page for all tests: each has a fresh element, on an engine that the ones before
 * have warmed up.
 */
export async function onStage(use: Use): Promise<void> {
  shared ??= open();
  const { page, complaints } = await shared;
  const before = complaints.length;
  await page.evaluate(() => window.mountOnShared());
  await use(new StageTest(page));
  const added = complaints.slice(before).filter((text) => !OF_THE_TESTS.test(text));
  expect(added).toEqual([]);
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
