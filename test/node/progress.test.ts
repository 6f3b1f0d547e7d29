import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { jsonReporter, terminalReporter } from '../../bindings/node/cli/progress.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A stream that keeps what is written to it. */
function sink(isTTY: boolean) {
  const written: string[] = [];
  const stream = { isTTY, write: (text: string) => written.push(text) };
  return { written, stream: stream as unknown as NodeJS.WriteStream };
}

/** A stage that advances evenly, reported every second. */
function work(report: ReturnType<typeof terminalReporter>, seconds: number, from = 0): void {
  for (let second = 0; second <= seconds; second++) {
    report.progress({ stage: 'episodes', fraction: from + ((1 - from) * second) / seconds });
    vi.advanceTimersByTime(1000);
  }
  report.done();
}

test('off a terminal nothing is said of what is soon done', () => {
  const { written, stream } = sink(false);
  work(terminalReporter(stream), 10);
  expect(written).toEqual([]);
});

test('off a terminal plain lines with the time left, further and further apart', () => {
  const { written, stream } = sink(false);
  work(terminalReporter(stream), 100);
  expect(written.slice(0, 2)).toEqual([
    'episodes              15 % ETA 2 min\n',
    'episodes              30 % ETA 2 min\n',
  ]);
  expect(written).toHaveLength(6);
  expect(written.at(-1)).toBe('episodes              90 % ETA 10 s\n');

  const hours = sink(false);
  work(terminalReporter(hours.stream), 36_000);
  expect(hours.written.length).toBeLessThan(100);
});

test('on a terminal one line, rewritten and erased', () => {
  const { written, stream } = sink(true);
  work(terminalReporter(stream), 100);
  expect(written).toHaveLength(102);
  expect(written.every((text) => text.startsWith('\r\x1b[K') && !text.includes('\n'))).toBe(true);
  expect(written.at(-1)).toBe('\r\x1b[K');
});

test('the time left goes by what was done since the stage began', () => {
  const { written, stream } = sink(false);
  work(jsonReporter(stream), 100, 0.9);
  expect(JSON.parse(written[20]!)).toMatchObject({ event: 'progress', etaS: 80 });
});
