/** Offset, bytes and value of a field. */
export type FieldValue = readonly [offset: number, bytes: 1 | 2 | 4, value: number];

/** A table of this length with these fields, low byte first; the other bytes are 0. */
export function fields(length: number, values: readonly FieldValue[]): Uint8Array {
  const content = new Uint8Array(length);
  for (const [offset, size, value] of values) {
    for (let byte = 0; byte < size; byte++) content[offset + byte] = value >>> (8 * byte);
  }
  return content;
}

/** Writes text, a byte a character, at an offset. */
export function putText(bytes: Uint8Array, offset: number, text: string): void {
  for (let n = 0; n < text.length; n++) bytes[offset + n] = text.charCodeAt(n);
}

/** All of these after each other. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}
