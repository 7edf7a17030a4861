/** A GUID's text from its bytes: the first three groups are little-endian (RFC 9562, 4, in Microsoft's order). */
export function guidText(bytes: Uint8Array): string {
  const hex = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15].map((n) =>
    bytes[n]!.toString(16).padStart(2, '0'),
  );
  return [hex.slice(0, 4), hex.slice(4, 6), hex.slice(6, 8), hex.slice(8, 10), hex.slice(10)]
    .map((group) => group.join(''))
    .join('-');
}

/** The bytes of a text as `guidText` makes it. */
export function guidBytes(text: string): Uint8Array {
  const hex = text.replaceAll('-', '');
  const bytes = Uint8Array.from({ length: 16 }, (_, n) => Number.parseInt(hex.slice(n * 2, n * 2 + 2), 16));
  return Uint8Array.from([3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15], (n) => bytes[n]!);
}

/** A new one (RFC 9562, version 4). */
export function newGuid(): Uint8Array {
  return guidBytes(crypto.randomUUID());
}
