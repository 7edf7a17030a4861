/** Numbers of packets and replies have their high byte first. */
export function bigEndian(bytes: Uint8Array, at: number, length: number): number {
  let value = 0;
  for (let n = 0; n < length; n++) value = value * 256 + bytes[at + n];
  return value;
}

/** A number in `length` bytes, high byte first. */
export function toBytes(value: number, length: number): number[] {
  return Array.from({ length }, (_, n) => Math.floor(value / 256 ** (length - 1 - n)) & 0xff);
}

/** A text padded with spaces. */
export function padded(text: string, length: number): number[] {
  return Array.from({ length }, (_, n) => (n < text.length ? text.charCodeAt(n) & 0x7f : 0x20));
}
