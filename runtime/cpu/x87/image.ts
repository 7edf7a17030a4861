/** Operands of 2 to 10 bytes in memory, as little-endian integers, and images of registers, as words. */
import type { LinearAccess, ProcessorMemory } from '../../memory/access.ts';

/** Memory where images are, with what is at hand of it. */
export type ImageMemory = LinearAccess & Pick<ProcessorMemory, 'readableSpan' | 'writableSpan'>;

/** How much of an operand goes by doublewords: registers in FSAVE's image may be at any even address, and accesses that check alignment must not find fault with that. */
function doublewordsAt(memory: LinearAccess, linear: number, bytes: number): number {
  if ((linear & 3) === 0) return bytes >>> 2;
  memory.misaligned++;
  return 0;
}

/** An operand's words, and the same as integers of 64 bits: V8 knows how to put one into the other, but not shifts of wide integers. */
const parts = new Int32Array(4);
const halves = new Uint16Array(parts.buffer);
const wide = new BigUint64Array(parts.buffer);

export function loadBits(memory: LinearAccess, linear: number, bytes: number): bigint {
  const whole = doublewordsAt(memory, linear, bytes);
  parts.fill(0);
  for (let n = 0; n < whole; n++) parts[n] = memory.current.load32((linear + 4 * n) | 0);
  for (let n = 2 * whole; n < bytes >>> 1; n++) halves[n] = memory.current.load16((linear + 2 * n) | 0);
  return bytes <= 8 ? wide[0]! : wide[0]! | (wide[1]! << 64n);
}

/** The caller has probed the bytes. */
export function storeBits(memory: LinearAccess, linear: number, bytes: number, bits: bigint): void {
  const whole = doublewordsAt(memory, linear, bytes);
  wide[0] = bits;
  wide[1] = bytes <= 8 ? 0n : bits >> 64n;
  for (let n = 0; n < whole; n++) memory.current.store32((linear + 4 * n) | 0, parts[n]!);
  for (let n = 2 * whole; n < bytes >>> 1; n++) memory.current.store16((linear + 2 * n) | 0, halves[n]!);
}

function bytesOf(words: Int32Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}

/** All at once where they are in one page that is at hand. The caller has probed the bytes. */
export function storeWords(memory: ImageMemory, linear: number, words: Int32Array): void {
  const span = memory.writableSpan(linear, words.byteLength);
  if (span?.length === words.byteLength) span.set(bytesOf(words));
  else for (let n = 0; n < words.length; n++) memory.current.store32((linear + 4 * n) | 0, words[n]!);
}

export function loadWords(memory: ImageMemory, linear: number, words: Int32Array): void {
  const span = memory.readableSpan(linear, words.byteLength);
  if (span?.length === words.byteLength) bytesOf(words).set(span);
  else for (let n = 0; n < words.length; n++) words[n] = memory.current.load32((linear + 4 * n) | 0);
}
