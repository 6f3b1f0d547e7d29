// The two functions of WASI preview 1 that the self-test needs, and nothing else.

// @ts-ignore: decorator
@external('wasi_snapshot_preview1', 'fd_write')
declare function fdWrite(file: i32, pieces: usize, count: i32, written: usize): i32;
// @ts-ignore: decorator
@external('wasi_snapshot_preview1', 'clock_time_get')
declare function clockTimeGet(clock: i32, precision: u64, time: usize): i32;

const STANDARD_OUTPUT: i32 = 1;
const MONOTONIC: i32 = 1;
/** Address and length of what is written, how much of it was, and the time. */
const exchange = memory.data(24, 8);

/** Write a line. */
export function print(line: string): void {
  const bytes = String.UTF8.encode(line + '\n');
  let at = changetype<usize>(bytes);
  let left: u32 = bytes.byteLength;
  while (left > 0) {
    store<u32>(exchange, <u32>at);
    store<u32>(exchange, left, 4);
    store<u32>(exchange, 0, 8);
    if (fdWrite(STANDARD_OUTPUT, exchange, 1, exchange + 8)) return;
    const written = load<u32>(exchange, 8);
    if (!written) return;
    at += written;
    left -= written;
  }
}

/** Milliseconds of a clock that only goes forwards. */
export function now(): f64 {
  clockTimeGet(MONOTONIC, 1000, exchange + 16);
  return <f64>load<u64>(exchange, 16) / 1e6;
}
