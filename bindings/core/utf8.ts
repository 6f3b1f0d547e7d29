// Text as UTF-8 by the language's own means: core has no TextDecoder, and fflate, which has one too, takes a cold engine
// longer to set up than a network's first crop.

/** Bytes turned into characters at a time; arguments of a call are limited. */
const AT_ONCE = 8192;

/** Throws URIError where bytes are no UTF-8. */
export function fromUtf8(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += AT_ONCE) {
    text += String.fromCharCode(...bytes.subarray(at, at + AT_ONCE));
  }
  if (!/[^\0-\x7f]/.test(text)) return text;
  const escaped = text.replace(
    /[%\x80-\xff]/g,
    (byte) => `%${byte.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
  return decodeURIComponent(escaped);
}

/** Throws URIError where a surrogate stands alone. */
export function toUtf8(text: string): Uint8Array {
  const bytes = encodeURIComponent(text).replace(/%(..)/g, (_, hex) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Uint8Array.from(bytes, (byte) => byte.charCodeAt(0));
}
