import { expect, test } from 'vitest';
import { areLarge, Inbox, sendInPieces } from '../../bindings/web/pieces.ts';

const bytes = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 7) & 255);

test('files arrive as they were sent, an empty one too, and only once', async () => {
  const files = [bytes((4 << 20) + 5), bytes(0), bytes(9 << 20)];
  const before = files.map((file) => file.slice());
  const inbox = new Inbox();
  let pieces = 0;
  await sendInPieces(files, async (piece) => {
    pieces++;
    inbox.receive(piece);
    // What was sent has moved to the worker: it must not be the caller's own.
    piece.bytes.fill(0);
  });
  expect(pieces).toBe(2 + 1 + 3);
  expect(files.every((file, i) => Buffer.compare(file, before[i]) === 0)).toBe(true);
  const arrived = inbox.take();
  expect(arrived.length).toBe(3);
  expect(arrived.every((file, i) => Buffer.compare(file, before[i]) === 0)).toBe(true);
  expect(inbox.take()).toEqual([]);
});

test('small files go whole', () => {
  expect(areLarge([bytes(10), bytes(0)])).toBe(false);
  expect(areLarge([bytes(10), bytes((4 << 20) + 1)])).toBe(true);
});
