/** Every buffer of the typed arrays in plain data, each once: what can move to another thread without a copy. */
export function buffersOf(value: unknown, found = new Set<ArrayBuffer>()): ArrayBuffer[] {
  if (ArrayBuffer.isView(value)) found.add(value.buffer as ArrayBuffer);
  else if (typeof value === 'object' && value !== null) {
    for (const part of Object.values(value)) buffersOf(part, found);
  }
  return [...found];
}

/** Their bytes. */
export function bytesOf(value: unknown): number {
  return buffersOf(value).reduce((sum, { byteLength }) => sum + byteLength, 0);
}
