/** Bytes of a base64 text, by Node's own decoder: half a megabyte of text is decoded at every start. */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  const { buffer, byteOffset, length } = Buffer.from(text, 'base64');
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, length);
}
