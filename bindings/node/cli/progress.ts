import type { ProgressEvent } from '../index.ts';

/** What the command line says while it works: progress with an ETA for a person, JSON lines for a program. */
export interface Reporter {
  progress(event: ProgressEvent): void;
  warn(message: string): void;
  /** Erase the progress line, if there is one. */
  done(): void;
}

const INTERVAL_MS = 100;
/** Into a log a line now and then: the first after this time, later ones further and further apart. */
const LOG_INTERVAL_MS = 15_000;
const LOG_INTERVAL_PART = 0.1;

/** On a terminal a line that is rewritten, elsewhere (a log, a batch job) plain lines. */
export function terminalReporter(stream: NodeJS.WriteStream = process.stderr): Reporter {
  return stream.isTTY ? lineReporter(stream) : logReporter(stream);
}

function lineReporter(stream: NodeJS.WriteStream): Reporter {
  const timeOf = stageTimer();
  let last = 0;
  const erase = () => stream.write('\r\x1b[K');
  return {
    progress(event) {
      const time = timeOf(event);
      const { now, elapsedMs } = time;
      if (elapsedMs > 0 && now - last < INTERVAL_MS && event.fraction < 1) return;
      last = now;
      stream.write(`\r\x1b[K${line(event, time)}`);
    },
    warn(message) {
      erase();
      stream.write(`warning: ${message}\n`);
    },
    done: erase,
  };
}

function logReporter(stream: NodeJS.WriteStream): Reporter {
  const timeOf = stageTimer();
  const begun = performance.now();
  let next = begun + LOG_INTERVAL_MS;
  return {
    progress(event) {
      const time = timeOf(event);
      const { now } = time;
      if (now < next) return;
      next = now + Math.max(LOG_INTERVAL_MS, LOG_INTERVAL_PART * (now - begun));
      stream.write(`${line(event, time)}\n`);
    },
    warn: (message) => stream.write(`warning: ${message}\n`),
    done() {},
  };
}

/** One JSON object per line on stderr: {"event":"progress","stage":...,"fraction":...,"etaS":...}. */
export function jsonReporter(stream: NodeJS.WriteStream = process.stderr): Reporter {
  const timeOf = stageTimer();
  const emit = (event: object) => stream.write(`${JSON.stringify(event)}\n`);
  return {
    progress(event) {
      const { stage, fraction } = event;
      emit({ event: 'progress', stage, fraction, etaS: timeOf(event).secondsLeft });
    },
    warn: (message) => emit({ event: 'warning', message }),
    done() {},
  };
}

interface Timed {
  /** Milliseconds, from some beginning. */
  now: number;
  /** How long its stage has lasted. */
  elapsedMs: number;
  /** If the rest of the stage goes as fast as what was done of it; null before anything is known. */
  secondsLeft: number | null;
}

/** What is known of the time at each event. */
function stageTimer(): (event: ProgressEvent) => Timed {
  let stage = '';
  let started = 0;
  let from = 0;
  let reached = 0;
  return (event) => {
    const now = performance.now();
    // A stage may also be gone through again.
    if (event.stage !== stage || event.fraction < reached) {
      stage = event.stage;
      started = now;
      // A training that goes on does not begin at nothing.
      from = event.fraction;
    }
    reached = event.fraction;
    const elapsedMs = now - started;
    const done = event.fraction - from;
    const left = 1 - event.fraction;
    const timed = { now, elapsedMs };
    if (left === 0) return { ...timed, secondsLeft: 0 };
    if (done <= 0.01) return { ...timed, secondsLeft: null };
    return { ...timed, secondsLeft: Math.round((elapsedMs * left) / done) / 1000 };
  };
}

function line({ stage, fraction }: ProgressEvent, timed: Timed): string {
  const percent = `${Math.round(fraction * 100)}`.padStart(3);
  return `${stage.padEnd(20)} ${percent} % ${eta(timed)}`.trimEnd();
}

function eta({ elapsedMs, secondsLeft }: Timed): string {
  if (secondsLeft === null || elapsedMs < 1000) return '';
  const isShort = secondsLeft < 60;
  return `ETA ${isShort ? `${Math.ceil(secondsLeft)} s` : `${Math.ceil(secondsLeft / 60)} min`}`;
}
