import { describe, expect, test } from 'vitest';
import type { EngineReply, EngineRequest } from '../../../bindings/core/engine/protocol.ts';
import { type Port, SearchWorkers } from '../../../bindings/core/engine/search-workers.ts';
import { WorkerPlace } from '../../../bindings/core/engine/worker-place.ts';

const file = { name: 'a.npy', bytes: new Uint8Array(7) };
const open: EngineRequest = { ask: 'open', scan: 1, file, options: {} };
const prepare: EngineRequest = { ask: 'prepare', scan: 1, options: {} };
const embed: EngineRequest = { ask: 'embed', scan: 1, points: [], options: {} };
const find: EngineRequest = { ask: 'find', scan: 1, options: {} };
const classify: EngineRequest = { ask: 'classify', scan: 1, examples: [], options: {} };

/** A place whose workers only keep a record of what each was asked; `reply` may fail or never come. */
function placeWith(reply: (request: EngineRequest) => Promise<EngineReply> = answered) {
  const asked: string[][] = [];
  let terminated = 0;
  const place = new WorkerPlace(() => {
    const own: string[] = [];
    asked.push(own);
    return {
      started: Promise.resolve({ name: 'none', sha256: null }),
      ask(request) {
        own.push(request.ask);
        return reply(request);
      },
      terminate() {
        terminated++;
      },
    };
  });
  return { place, asked, terminated: () => terminated };
}

async function answered(): Promise<EngineReply> {
  return { result: 'done' };
}

/** Never answers the request named. */
function deafTo(ask: EngineRequest['ask']) {
  return (request: EngineRequest) =>
    request.ask === ask ? new Promise<EngineReply>(() => {}) : answered();
}

async function cancelled(place: WorkerPlace, request: EngineRequest): Promise<unknown> {
  const abort = new AbortController();
  const asked = place.ask(request, { signal: abort.signal });
  setTimeout(() => abort.abort());
  return asked.catch((error: Error) => error.name);
}

describe('after a cancelled call another worker', () => {
  test('is brought to where the first one was, as far as the next call needs it', async () => {
    const { place, asked, terminated } = placeWith(deafTo('find'));
    for (const request of [open, prepare, embed]) await place.ask(request);
    expect(await cancelled(place, find)).toBe('CancelledError');
    expect(terminated()).toBe(1);
    await place.ask(prepare);
    expect(asked[1]).toEqual(['open', 'prepare']);
    await place.ask(embed);
    expect(await cancelled(place, find)).toBe('CancelledError');
    await place.ask(classify);
    expect(asked[2]).toEqual(['open', 'prepare', 'embed', 'classify']);
  });

  test('repeats a network before the embeddings made with it, and nothing of a closed scan', async () => {
    const { place, asked } = placeWith(deafTo('find'));
    for (const request of [open, prepare, embed]) await place.ask(request);
    await place.ask({ ask: 'network', file });
    expect(await cancelled(place, find)).toBe('CancelledError');
    await place.ask(embed);
    expect(asked[1]).toEqual(['network', 'open', 'prepare', 'embed']);
    expect(place.fileBytes).toBe(7);
    await place.ask({ ask: 'close', scan: 1 });
    expect(place.fileBytes).toBe(0);
    await place.ask({ ask: 'memory' });
    expect(asked[1].slice(4)).toEqual(['close', 'memory']);
  });

  test('is not needed when the call was brief, or had not begun', async () => {
    const { place, asked, terminated } = placeWith();
    for (const request of [open, prepare, embed]) await place.ask(request);
    const abort = new AbortController();
    const brief = place.ask(classify, { signal: abort.signal });
    const waiting = place.ask(find, { signal: abort.signal });
    abort.abort();
    await expect(brief).rejects.toThrow('cancelled');
    await expect(waiting).rejects.toThrow('cancelled');
    expect(await place.ask(find)).toBe('done');
    expect(terminated()).toBe(0);
    expect(asked).toEqual([['open', 'prepare', 'embed', 'classify', 'find']]);
  });
});

test('a worker that fails is replaced; what the pipeline throws leaves it alone', async () => {
  let failing: 'worker' | 'pipeline' | undefined;
  const { place, asked, terminated } = placeWith(async () => {
    if (failing === 'worker') throw new Error('out of memory');
    const record = { name: 'ShapeError', message: 'no shape', stack: undefined, fields: {} };
    return failing === 'pipeline' ? { error: record } : { result: 'done' };
  });
  await place.ask(open);
  failing = 'pipeline';
  await expect(place.ask(prepare)).rejects.toMatchObject({ name: 'ShapeError' });
  expect(terminated()).toBe(0);
  failing = 'worker';
  await expect(place.ask(prepare)).rejects.toThrow('out of memory');
  expect(terminated()).toBe(1);
  failing = undefined;
  expect(await place.ask(prepare)).toBe('done');
  expect(asked).toEqual([
    ['open', 'prepare', 'prepare'],
    ['open', 'prepare'],
  ]);
});

test('a place that is stopped rejects what is under way, what waits and what comes', async () => {
  const { place, terminated } = placeWith(deafTo('find'));
  await place.ask(open);
  const calls = [place.ask(prepare), place.ask(find), place.ask(classify)];
  await calls[0];
  place.stop();
  calls.push(place.ask(open));
  const names = await Promise.all(calls.map((call) => call.catch((error) => error.name)));
  expect(names).toEqual(['done', 'CancelledError', 'CancelledError', 'CancelledError']);
  expect(terminated()).toBe(1);
});

describe('search workers', () => {
  /** A place whose workers say which ports they were given, and search workers that can be made to fail. */
  function placeWithSearchWorkers(
    count: number,
    reply: () => Promise<EngineReply> = answered,
    startable = Number.POSITIVE_INFINITY,
  ) {
    const given: number[][] = [];
    const started: { fail: () => void; ports: number; terminated: boolean }[] = [];
    const port = (): Port => ({ postMessage() {}, onmessage: null });
    const searchWorkers = new SearchWorkers(
      {
        startSearchWorker(fail) {
          if (started.length === startable) throw new Error('no more workers');
          const own = { fail, ports: 0, terminated: false };
          started.push(own);
          return {
            serve: () => void own.ports++,
            terminate() {
              own.terminated = true;
            },
          };
        },
        createChannel: () => ({ port1: port(), port2: port() }),
      },
      count,
    );
    const place = new WorkerPlace(() => {
      const own: number[] = [];
      given.push(own);
      return {
        started: Promise.resolve({ name: 'none', sha256: null }),
        ask: ({ ask }) => (ask === 'find' ? reply() : answered()),
        share: (ports) => void own.push(ports.length),
        terminate() {},
      };
    }, searchWorkers);
    const ended = () => started.map(({ terminated }) => terminated);
    return { place, searchWorkers, given, started, ended };
  }

  test('start with the first search by the network, and each worker gets a port to each once', async () => {
    const { place, searchWorkers, given, started, ended } = placeWithSearchWorkers(3);
    for (const request of [open, prepare, embed]) await place.ask(request);
    await place.ask({ ...find, options: { method: 'pixels' } });
    expect(started).toEqual([]);
    await place.ask(find);
    await place.ask(find);
    expect([given, started.map(({ ports }) => ports)]).toEqual([[[3]], [1, 1, 1]]);
    searchWorkers.terminate();
    expect(ended()).toEqual([true, true, true]);
    expect(searchWorkers.ports()).toEqual([]);
  });

  test('that fail leave the search to a worker alone', async () => {
    let answers = 0;
    // Who waits for one that has failed waits for ever.
    const { place, given, started, ended } = placeWithSearchWorkers(2, () =>
      answers++ === 0 ? new Promise(() => {}) : answered(),
    );
    const asked = place.ask(find);
    while (started.length < 2) await new Promise((resolve) => setTimeout(resolve));
    started[1].fail();
    started[0].fail();
    expect(await asked).toBe('done');
    await place.ask(find);
    expect(given).toEqual([[2], []]);
    expect(ended()).toEqual([true, true]);
  });

  test('that fail between two searches are not asked in the second', async () => {
    const { place, given, started } = placeWithSearchWorkers(2);
    await place.ask(find);
    started[0].fail();
    expect(await place.ask(find)).toBe('done');
    expect(given).toEqual([[2, 0]]);
  });

  test('of which one cannot be started are none', async () => {
    const { place, given, ended } = placeWithSearchWorkers(3, answered, 2);
    expect(await place.ask(find)).toBe('done');
    expect(await place.ask(find)).toBe('done');
    expect([given, ended()]).toEqual([[[]], [true, true]]);
  });

  test('are others after a search was given up: what it asked for would be done first', async () => {
    let answers = 0;
    const { place, given, ended } = placeWithSearchWorkers(2, () =>
      answers++ === 0 ? new Promise(() => {}) : answered(),
    );
    expect(await cancelled(place, find)).toBe('CancelledError');
    expect(await place.ask(find)).toBe('done');
    expect(given).toEqual([[2], [2]]);
    expect(ended()).toEqual([true, true, false, false]);
  });
});
