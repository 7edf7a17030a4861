/** Packed bytes and words: functions of single words that lifters don't print (Intel SDM vol. 2). */

const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high);
const lowHalf = (word: number): number => (word << 16) >> 16;
const highHalf = (word: number): number => word >> 16;

function packBytes(a: number, b: number, low: number, high: number): number {
  const byte = (value: number) => clamp(value, low, high) & 0xff;
  const pair = (word: number) => byte(lowHalf(word)) | (byte(highHalf(word)) << 8);
  return pair(a) | (pair(b) << 16);
}

/** PACKSSWB, PACKUSWB: two words of halves to one of bytes. */
export const packSigned8 = (a: number, b: number): number => packBytes(a, b, -128, 127);
export const packUnsigned8 = (a: number, b: number): number => packBytes(a, b, 0, 255);

/** PACKSSDW. */
export function packSigned16(a: number, b: number): number {
  return (clamp(a, -32768, 32767) & 0xffff) | (clamp(b, -32768, 32767) << 16);
}

/** PACKUSDW. */
export function packUnsigned16(a: number, b: number): number {
  return clamp(a, 0, 65535) | (clamp(b, 0, 65535) << 16);
}

/** PSHUFB of 8 bytes (two words) by four indices. */
export function shuffleBytes(low: number, high: number, control: number): number {
  let result = 0;
  for (let shift = 0; shift < 32; shift += 8) {
    const index = control >>> shift;
    const byte = ((index & 4 ? high : low) >>> (8 * (index & 3))) & 0xff;
    result |= (index & 0x80 ? 0 : byte) << shift;
  }
  return result;
}

/** PSADBW of four bytes. */
export function sumOfDifferences(a: number, b: number): number {
  let sum = 0;
  for (let shift = 0; shift < 32; shift += 8) sum += Math.abs(((a >>> shift) & 0xff) - ((b >>> shift) & 0xff));
  return sum;
}

const singles = new Float32Array(1);
const bits = new Int32Array(singles.buffer);
const SIGN = 0x80000000 | 0;
const INFINITY = 0x7f800000;
const QUIET = 0x400000;
const INDEFINITE = 0xffc00000 | 0;
/** Bits of an approximation that are kept: 12, well within the relative error of 1.5 * 2^-12 that is allowed. */
const KEPT = ~0x7ff;

/** RCPSS: denormals count as zeros, of either side; no exception comes of it. */
export function reciprocal(single: number): number {
  const sign = single & SIGN;
  const magnitude = single & ~SIGN;
  if (magnitude > INFINITY) return single | QUIET;
  if (magnitude < 0x00800000) return sign | INFINITY;
  bits[0] = magnitude;
  singles[0] = 1 / singles[0]!;
  return sign | (bits[0] < 0x00800000 ? 0 : rounded());
}

/** RSQRTSS. */
export function reciprocalRoot(single: number): number {
  const sign = single & SIGN;
  const magnitude = single & ~SIGN;
  if (magnitude > INFINITY) return single | QUIET;
  if (magnitude < 0x00800000) return sign | INFINITY;
  if (sign) return INDEFINITE;
  if (magnitude === INFINITY) return 0;
  bits[0] = magnitude;
  singles[0] = 1 / Math.sqrt(singles[0]!);
  return rounded();
}

function rounded(): number {
  return (bits[0]! + 0x400) & KEPT;
}
