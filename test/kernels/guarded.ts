import { decodeBase64 } from '../../bindings/core/base64.ts';
import { Random } from '../../bindings/core/random.ts';
import type { WasmExports } from '../../bindings/core/wasm.ts';
import { wasmBase64 } from '../../build/adatom.wasm.ts';

export const releaseBytes = decodeBase64(wasmBase64());

/** A fresh instance's raw exports; of the release module unless other bytes are given. */
export function instantiate(bytes: Uint8Array = releaseBytes): WasmExports {
  const module = new WebAssembly.Module(bytes as BufferSource);
  return new WebAssembly.Instance(module).exports as unknown as WasmExports;
}

/** As f32 3.39e38: a value read beside an input, or never written to an output, stands out. */
const GUARD = 0x7f;
const GAP = 64;
const PAGES = 160;

interface Block {
  at: number;
  bytes: number;
  content?: Uint8Array;
}

/**
 * Lays inputs and outputs out in raw memory, each at a chosen number of f32 past a multiple of 16
 * bytes, with guard values on both sides.
 */
export class Guarded {
  readonly wasm: WasmExports;
  private readonly base: number;
  private top: number;
  private blocks: Block[] = [];

  constructor(wasm: WasmExports = instantiate()) {
    this.wasm = wasm;
    wasm.memory.grow(PAGES);
    this.base = Math.ceil(wasm.heapBase() / 16) * 16;
    this.top = this.base;
    new Uint8Array(wasm.memory.buffer).fill(GUARD, this.base);
  }

  /** An input; verify() checks that it was left as it is. */
  input(values: Float32Array, offset = 0): number {
    const content = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    const at = this.place({ at: 0, bytes: content.length, content }, offset);
    new Uint8Array(this.wasm.memory.buffer).set(content, at);
    return at;
  }

  /** Room for an output. */
  output(bytes: number, offset = 0): number {
    return this.place({ at: 0, bytes }, offset);
  }

  f32(at: number, length: number): Float32Array {
    return new Float32Array(this.wasm.memory.buffer.slice(at, at + length * 4));
  }

  i32(at: number, length: number): Int32Array {
    return new Int32Array(this.wasm.memory.buffer.slice(at, at + length * 4));
  }

  f64(at: number, length: number): Float64Array {
    return new Float64Array(this.wasm.memory.buffer.slice(at, at + length * 8));
  }

  /** Throw if a byte outside the outputs changed; then forget all blocks. */
  verify(what: string): void {
    const memory = new Uint8Array(this.wasm.memory.buffer);
    let from = this.base;
    for (const { at, bytes, content } of this.blocks) {
      expectGuard(what, memory, from, at);
      for (let i = 0; content && i < bytes; i++) {
        if (memory[at + i] !== content[i]) throw new Error(`${what}: wrote to an input`);
      }
      from = at + bytes;
    }
    expectGuard(what, memory, from, this.top);
    memory.fill(GUARD, this.base, this.top);
    this.blocks = [];
    this.top = this.base;
  }

  private place(block: Block, offset: number): number {
    block.at = Math.ceil((this.top + GAP) / 16) * 16 + offset * 4;
    this.top = block.at + block.bytes + GAP;
    if (this.top > this.wasm.memory.buffer.byteLength) throw new RangeError('test memory is full');
    this.blocks.push(block);
    return block.at;
  }
}

function expectGuard(what: string, memory: Uint8Array, from: number, to: number): void {
  for (let i = from; i < to; i++) {
    if (memory[i] !== GUARD) throw new Error(`${what}: wrote at ${i}, between blocks`);
  }
}

/** Seeded values in [-1, 1). */
export function values(n: number, seed = 1): Float32Array {
  const random = new Random(seed);
  return Float32Array.from({ length: n }, () => random.between(-1, 1));
}

/** 0..n inclusive. */
export function upTo(n: number): number[] {
  return Array.from({ length: n + 1 }, (_, i) => i);
}
