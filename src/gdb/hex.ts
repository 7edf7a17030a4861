/** The bytes of a text of hexadecimal digits; null if it is none. */
export function fromHex(text: string): Uint8Array | null {
  if (!/^([\da-f]{2})*$/i.test(text)) return null;
  return Uint8Array.from({ length: text.length / 2 }, (_, n) => Number.parseInt(text.slice(2 * n, 2 * n + 2), 16));
}

/** A number as so many bytes, the lowest first: as registers stand in packets. */
export function numberToHex(value: bigint, bytes: number): string {
  const digits = BigInt.asUintN(8 * bytes, value)
    .toString(16)
    .padStart(2 * bytes, '0');
  return (digits.match(/../g) ?? []).reverse().join('');
}

/** The number that `numberToHex` made a text of. */
export function numberFromHex(text: string): bigint {
  return BigInt(`0x0${(text.match(/../g) ?? []).reverse().join('')}`);
}
