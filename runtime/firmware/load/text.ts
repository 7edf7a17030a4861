/** A zero-terminated string in UTF-8, as boot protocols pass them. */
export function zeroTerminated(text: string): Uint8Array {
  return encodeUtf8(`${text}\0`);
}

/** UTF-8 without TextEncoder, which is not part of ECMAScript. Lone surrogates become U+FFFD. */
export function encodeUtf8(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const character of text.toWellFormed()) {
    bytes.push(...encodeCodePoint(character.codePointAt(0)!));
  }
  return Uint8Array.from(bytes);
}

function encodeCodePoint(point: number): number[] {
  if (point < 0x80) return [point];
  if (point < 0x800) return [0xc0 | (point >> 6), continuation(point)];
  if (point < 0x10000) return [0xe0 | (point >> 12), continuation(point >> 6), continuation(point)];
  return [0xf0 | (point >> 18), continuation(point >> 12), continuation(point >> 6), continuation(point)];
}

const continuation = (bits: number): number => 0x80 | (bits & 0x3f);
