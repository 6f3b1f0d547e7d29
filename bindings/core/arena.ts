import { AdatomError } from './errors.ts';
import type { WasmExports } from './wasm.ts';

const PAGE = 65536;
/** Addresses are 32 bits wide. */
const LIMIT = 2 ** 32;
/** Every allocation starts at a multiple of a vector's length. */
const ALIGNMENT = 16;

/**
 * The only owner of WebAssembly memory: aligned bump allocation with marks. Long-lived things
 * (weights) are allocated first and stay; everything above a mark goes with one release.
 * Views are made anew each time because memory that grows detaches the old ones.
 */
export class Arena {
  private readonly wasm: WasmExports;
  private readonly base: number;
  private top: number;

  constructor(wasm: WasmExports) {
    this.wasm = wasm;
    this.base = align(wasm.heapBase());
    this.top = this.base;
  }

  /** Reserve bytes and return their address; memory grows if it must. Contents are undefined. */
  alloc(bytes: number): number {
    const at = this.top;
    const end = align(at + bytes);
    const { memory } = this.wasm;
    const missing = end - memory.buffer.byteLength;
    if (missing > 0) {
      const pages = Math.ceil(missing / PAGE);
      try {
        if (end > LIMIT) throw new RangeError('over 4 GiB');
        memory.grow(pages);
      } catch {
        throw new AdatomError(
          `out of memory: ${(end / 2 ** 20).toFixed(0)} MiB of WebAssembly memory needed, ${(memory.buffer.byteLength / 2 ** 20).toFixed(0)} MiB granted.`,
        );
      }
    }
    this.top = end;
    return at;
  }

  mark(): number {
    return this.top;
  }

  /** Forget everything allocated since mark. */
  release(mark: number): void {
    this.top = mark;
  }

  /** Bytes in use and bytes that the module's memory has grown to (it never shrinks). */
  usage(): { used: number; reserved: number } {
    return { used: this.top - this.base, reserved: this.wasm.memory.buffer.byteLength };
  }

  /** Copy values in at a fresh address. */
  put(values: Float32Array): number {
    const at = this.alloc(values.length * 4);
    this.f32(at, values.length).set(values);
    return at;
  }

  /** Views of memory as it is now; do not keep one across an alloc. */
  f32(address: number, length: number): Float32Array {
    return new Float32Array(this.wasm.memory.buffer, address, length);
  }

  f64(address: number, length: number): Float64Array {
    return new Float64Array(this.wasm.memory.buffer, address, length);
  }

  u8(address: number, length: number): Uint8Array {
    return new Uint8Array(this.wasm.memory.buffer, address, length);
  }

  i32(address: number, length: number): Int32Array {
    return new Int32Array(this.wasm.memory.buffer, address, length);
  }
}

function align(address: number): number {
  return Math.ceil(address / ALIGNMENT) * ALIGNMENT;
}
