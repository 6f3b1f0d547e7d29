import type { ProgressEvent } from '../index.ts';

/** What the command line says while it works: progress with an ETA for a person, JSON lines for a program. */
export interface Reporter {
  progress(event: ProgressEvent): void;
  warn(message: string): void;
  /** Erase the progress line, if there is one. */
  done(): void;
}

const INTERVAL_MS = 100;

/** A line on the terminal that is rewritten; silent when stderr is not a terminal. */
export function terminalReporter(stream: NodeJS.WriteStream = process.stderr): Reporter {
  let stage = '';
  let started = 0;
  let last = 0;
  const erase = () => {
    if (stream.isTTY) stream.write('\r\x1b[K');
  };
  return {
    progress(event) {
      if (!stream.isTTY) return;
      const now = performance.now();
      if (event.stage !== stage) {
        stage = event.stage;
        started = now;
      } else if (now - last < INTERVAL_MS && event.fraction < 1) return;
      last = now;
      const percent = `${Math.round(event.fraction * 100)}`.padStart(3);
      stream.write(
        `\r\x1b[K${stage.padEnd(20)} ${percent} % ${eta(event.fraction, now - started)}`,
      );
    },
    warn(message) {
      erase();
      stream.write(`warning: ${message}\n`);
    },
    done: erase,
  };
}

/** One JSON object per line on stderr: {"event":"progress","stage":...,"fraction":...,"etaS":...}. */
export function jsonReporter(stream: NodeJS.WriteStream = process.stderr): Reporter {
  let stage = '';
  let started = 0;
  const emit = (event: object) => stream.write(`${JSON.stringify(event)}\n`);
  return {
    progress({ stage: name, fraction }) {
      const now = performance.now();
      if (name !== stage) {
        stage = name;
        started = now;
      }
      emit({ event: 'progress', stage, fraction, etaS: etaSeconds(fraction, now - started) });
    },
    warn: (message) => emit({ event: 'warning', message }),
    done() {},
  };
}

/** Seconds left if the rest goes as fast as the part done; null before anything is known. */
function etaSeconds(fraction: number, elapsedMs: number): number | null {
  if (fraction <= 0.01) return null;
  return Math.round((elapsedMs * (1 - fraction)) / fraction) / 1000;
}

function eta(fraction: number, elapsedMs: number): string {
  const seconds = etaSeconds(fraction, elapsedMs);
  if (seconds === null || elapsedMs < 1000) return '';
  return `ETA ${seconds < 60 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`}`;
}
