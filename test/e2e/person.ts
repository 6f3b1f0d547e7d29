import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Page } from 'playwright-core';

/** What a person does with the app, by what they can see. */
export class Person {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
    page.setDefaultTimeout(60_000);
  }

  /** Drop files on the page, as from a folder. */
  async drop(...paths: string[]): Promise<void> {
    const files = paths.map((path) => ({
      name: basename(path),
      base64: readFileSync(path).toString('base64'),
    }));
    await this.page.evaluate((dropped) => {
      const dataTransfer = new DataTransfer();
      for (const { name, base64 } of dropped) {
        const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
        dataTransfer.items.add(new File([bytes], name));
      }
      document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true }));
    }, files);
  }

  async press(name: string): Promise<void> {
    await this.page.getByRole('button', { name }).click();
  }

  /** Click on a pixel of a scan that is shown as a whole. */
  async clickAt(x: number, y: number, columns: number, rows: number): Promise<void> {
    const box = (await this.page.locator('canvas.picture').boundingBox())!;
    const scale = Math.min(box.width / columns, box.height / rows);
    const left = (box.width - columns * scale) / 2;
    const top = (box.height - rows * scale) / 2;
    const position = { x: left + (x + 0.5) * scale, y: top + (y + 0.5) * scale };
    await this.page.locator('canvas.picture').click({ position });
  }

  async addClass(name: string): Promise<void> {
    await this.page.getByLabel('Name of a new class').fill(name);
    await this.page.getByLabel('Name of a new class').press('Enter');
    await this.status.filter({ hasText: `New class: ${name}.` }).waitFor();
  }

  /** What the classes' list says. */
  async counts(): Promise<Record<string, number>> {
    const rows = await this.page.locator('.classes li').evaluateAll((items) =>
      items.map((item) => {
        const name = item.querySelector('.name')!;
        const text = name instanceof HTMLInputElement ? name.value : (name.textContent ?? '');
        return [text, Number(item.querySelector('.count')?.textContent)] as const;
      }),
    );
    return Object.fromEntries(rows);
  }

  /** The file that a menu's line hands over. */
  async take(menu: string, line: string): Promise<{ name: string; path: string; text: string }> {
    await this.page.locator('summary', { hasText: menu }).click();
    const [download] = await Promise.all([
      this.page.waitForEvent('download'),
      this.page.getByRole('button', { name: line }).click(),
    ]);
    const name = download.suggestedFilename();
    const path = join(mkdtempSync(join(tmpdir(), 'adatom-e2e-')), name);
    await download.saveAs(path);
    return { name, path, text: readFileSync(path, 'utf8') };
  }

  /** What the line at the foot says. */
  get status() {
    return this.page.locator('adatom-viewer').getByRole('status');
  }
}
