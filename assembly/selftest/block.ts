/** Zeroed bytes at a multiple of sixteen. Nothing is given back: the self-test is soon over. */
export function alloc(bytes: usize): usize {
  const at = heap.alloc(bytes);
  memory.fill(at, 0, bytes);
  return at;
}

/** So many f32 values. */
export class Block {
  at: usize;

  constructor(public length: i32) {
    this.at = alloc(this.bytes);
  }

  get bytes(): usize {
    return (<usize>this.length) << 2;
  }

  /** Address of a value. */
  from(index: i32): usize {
    return this.at + ((<usize>index) << 2);
  }

  get(index: i32): f32 {
    return f32.load(this.from(index));
  }
}
