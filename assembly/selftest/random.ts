/** The generator of bindings/core/random.ts: xoshiro128** with its state filled by splitmix32. */
export class Random {
  private a: u32;
  private b: u32;
  private c: u32;
  private d: u32;

  constructor(seed: u32) {
    this.a = mixed(seed + 0x9e3779b9);
    this.b = mixed(seed + 0x9e3779b9 * 2);
    this.c = mixed(seed + 0x9e3779b9 * 3);
    this.d = mixed(seed + 0x9e3779b9 * 4);
  }

  /** Uniform in [0, 1), 32 bits of resolution. */
  uniform(): f64 {
    const result = rotl<u32>(this.b * 5, 7) * 9;
    const t = this.b << 9;
    this.c ^= this.a;
    this.d ^= this.b;
    this.b ^= this.c;
    this.a ^= this.d;
    this.c ^= t;
    this.d = rotl<u32>(this.d, 11);
    return <f64>result / 4294967296;
  }

  /** Uniform in [low, high). */
  between(low: f64, high: f64): f64 {
    return low + (high - low) * this.uniform();
  }
}

function mixed(s: u32): u32 {
  let z = s;
  z = (z ^ (z >> 16)) * 0x21f0aaad;
  z = (z ^ (z >> 15)) * 0x735a2d97;
  return z ^ (z >> 15);
}
