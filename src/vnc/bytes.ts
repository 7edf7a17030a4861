/** Numbers of the protocol are big-endian (RFC 6143, 7). */
export function unsigned16(...values: readonly number[]): Uint8Array {
  return Uint8Array.from(values.flatMap((value) => [value >> 8, value]));
}

export function unsigned32(...values: readonly number[]): Uint8Array {
  return Uint8Array.from(values.flatMap((value) => [value >> 24, value >> 16, value >> 8, value]));
}

export function joined(...pieces: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/** A text with its length before it. */
export function counted(text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  return joined(unsigned32(bytes.length), bytes);
}
