// Runs in a page of its own (chromium.ts opens it): its text becomes a Start.
import { start } from './start.ts';

const output = document.querySelector('pre')!;
const bytes = async (address: string) => new Uint8Array(await (await fetch(address)).arrayBuffer());
try {
  const request = await (await fetch('/request.json')).json();
  output.textContent = JSON.stringify(await start(request, bytes));
} catch (error) {
  output.textContent = String(error instanceof Error ? error.stack : error);
}
output.id = 'done';
