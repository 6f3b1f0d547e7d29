// Runs in a page that embeds a frame of another origin, named after '#', and waits for its message.
import { writeResult } from './write-result.ts';

await writeResult(async () => {
  const { sandbox, src } = JSON.parse(decodeURIComponent(location.hash.slice(1)));
  const frame = document.createElement('iframe');
  frame.setAttribute('sandbox', sandbox);
  frame.src = src;
  const message = new Promise<string>((resolve) => {
    addEventListener('message', ({ data }) => resolve(data), { once: true });
  });
  document.body.append(frame);
  return JSON.parse(await message);
});
