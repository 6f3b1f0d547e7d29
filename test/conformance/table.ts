import type { Hashes } from './cases.ts';

/** What one place computed: a host's thread or worker, by cases of the same names everywhere. */
export type Column = [title: string, hashes: Hashes];

/** How a host's cases are called where it does them on its own thread, and where in a worker. */
const THREAD = /^(scan|engine, calling thread): |^(training), calling thread$/;
const WORKER = /^(engine), one worker: |^(training), one worker$|^(pool) of 3$/;
const SEVERAL = /^engine, two workers: |^training, two workers$|^pool of 1$/;

/** The cases of a host in two columns; those of its kernels in a worker of its own are given. */
export function columnsOf(host: string, hashes: Hashes, kernelsInWorker: Hashes): Column[] {
  const thread: Hashes = {};
  const worker: Hashes = { ...kernelsInWorker };
  for (const [name, hash] of Object.entries(hashes)) {
    if (SEVERAL.test(name)) continue;
    const shared = (match: RegExpExecArray) =>
      [match.slice(1).find(Boolean)?.replace(/,.*/, ''), name.slice(match[0].length)]
        .filter(Boolean)
        .join(': ');
    const onThread = THREAD.exec(name);
    const inWorker = WORKER.exec(name);
    if (inWorker) worker[shared(inWorker)] = hash;
    else thread[onThread ? shared(onThread) : name] = hash;
  }
  return [
    [host, thread],
    [`${host}, worker`, worker],
  ];
}

/** Host x case: the first digits of each hash, and how many different ones a case has. */
export function tableOf(columns: readonly Column[]): { lines: string[]; differing: string[] } {
  const cases = [...new Set(columns.flatMap(([, hashes]) => Object.keys(hashes)))];
  const differing: string[] = [];
  const width = Math.max(...cases.map((name) => name.length));
  const cell = (text: string, title: string) => text.padEnd(Math.max(title.length, 8));
  const lines = cases.map((name) => {
    const found = columns.map(([, hashes]) => hashes[name]);
    const different = new Set(found.filter((hash) => hash !== undefined));
    if (different.size !== 1) differing.push(name);
    const cells = found.map((hash, i) => cell(hash?.slice(0, 8) ?? '-', columns[i][0]));
    return [name.padEnd(width), ...cells].join('  ');
  });
  const head = [''.padEnd(width), ...columns.map(([title]) => cell(title, title))].join('  ');
  return { lines: [head, ...lines], differing };
}
