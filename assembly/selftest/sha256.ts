// SHA-256 (FIPS 180-4), so that the hashes are those that every other host prints.

// prettier-ignore
const K = memory.data<u32>([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
]);
const BLOCK = 64;
const DIGITS = '0123456789abcdef';

export class Sha256 {
  private state: StaticArray<u32> = [
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
  ];
  private words: StaticArray<u32> = new StaticArray<u32>(64);
  /** What has not filled a block yet. */
  private rest: usize = heap.alloc(BLOCK);
  private length: u64 = 0;

  /** Take in the bytes at an address. */
  update(at: usize, bytes: usize): void {
    for (let i: usize = 0; i < bytes; i++) {
      store<u8>(this.rest + <usize>(this.length % BLOCK), load<u8>(at + i));
      this.length++;
      if (this.length % BLOCK == 0) this.compress();
    }
  }

  /** The hash as lower-case hexadecimal; nothing can be taken in afterwards. */
  hex(): string {
    const bits = this.length * 8;
    const one = memory.data<u8>([0x80]);
    const zero = memory.data<u8>([0]);
    this.update(one, 1);
    while (this.length % BLOCK != BLOCK - 8) this.update(zero, 1);
    const length = memory.data(8);
    store<u64>(length, bswap<u64>(bits));
    this.update(length, 8);
    let text = '';
    for (let i = 0; i < 8; i++) {
      for (let shift = 28; shift >= 0; shift -= 4) {
        text += DIGITS.charAt((this.state[i] >> shift) & 15);
      }
    }
    return text;
  }

  private compress(): void {
    const w = this.words;
    for (let i = 0; i < 16; i++) w[i] = bswap<u32>(load<u32>(this.rest + (<usize>i << 2)));
    for (let i = 16; i < 64; i++) {
      const s0 = rotr<u32>(w[i - 15], 7) ^ rotr<u32>(w[i - 15], 18) ^ (w[i - 15] >> 3);
      const s1 = rotr<u32>(w[i - 2], 17) ^ rotr<u32>(w[i - 2], 19) ^ (w[i - 2] >> 10);
      w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    const s = this.state;
    let a = s[0], b = s[1], c = s[2], d = s[3], e = s[4], f = s[5], g = s[6], h = s[7];
    for (let i = 0; i < 64; i++) {
      const s1 = rotr<u32>(e, 6) ^ rotr<u32>(e, 11) ^ rotr<u32>(e, 25);
      const t1 = h + s1 + ((e & f) ^ (~e & g)) + load<u32>(K + (<usize>i << 2)) + w[i];
      const s0 = rotr<u32>(a, 2) ^ rotr<u32>(a, 13) ^ rotr<u32>(a, 22);
      const t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
      h = g, g = f, f = e, e = d + t1, d = c, c = b, b = a, a = t1 + t2;
    }
    s[0] += a, s[1] += b, s[2] += c, s[3] += d, s[4] += e, s[5] += f, s[6] += g, s[7] += h;
  }
}
