/** Rounds of AES by columns, whose first byte is the lowest one (FIPS 197, 5.1 and 5.3). */

/** A step of AES on a column: the sum of its four bytes' table entries, each rotated to its place. */
type Column = (column: number) => number;

const BYTES = 256;

/** Times x in the field of 2^8 elements (FIPS 197, 4.2.1). */
const double = (byte: number): number => (byte << 1) ^ (byte & 0x80 ? 0x11b : 0);

function multiply(a: number, b: number): number {
  let product = 0;
  for (let power = a, rest = b; rest; rest >>= 1, power = double(power)) if (rest & 1) product ^= power;
  return product;
}

const rotateByte = (byte: number, count: number): number => ((byte << count) | (byte >> (8 - count))) & 0xff;

/** Inverses, then an affine map (FIPS 197, 5.1.1); and back. */
function substitutions(): { readonly forward: Uint8Array; readonly inverse: Uint8Array } {
  const forward = new Uint8Array(BYTES);
  const inverse = new Uint8Array(BYTES);
  // Powers of 3, which are all elements but 0, and those of its inverse.
  let power = 1;
  let reciprocal = 1;
  do {
    power = power ^ double(power);
    reciprocal = multiply(reciprocal, 0xf6);
    forward[power] = [1, 2, 3, 4].reduce((sum, count) => sum ^ rotateByte(reciprocal, count), reciprocal) ^ 0x63;
  } while (power !== 1);
  forward[0] = 0x63;
  for (let byte = 0; byte < BYTES; byte++) inverse[forward[byte]!] = byte;
  return { forward, inverse };
}

const { forward, inverse } = substitutions();
const identity = Uint8Array.from({ length: BYTES }, (_, byte) => byte);

/** A table with the products of each byte, once substituted, with four factors, the first in the lowest byte. */
function tableOf(substituted: Uint8Array, factors: readonly number[]): Int32Array {
  return Int32Array.from(substituted, (byte) =>
    factors.reduce((word, factor, n) => word | (multiply(byte, factor) << (8 * n)), 0),
  );
}

function byTable(table: Int32Array): Column {
  const rotated = (entry: number, count: number): number => (entry << count) | (entry >>> (32 - count));
  return (column) =>
    table[column & 0xff]! ^
    rotated(table[(column >>> 8) & 0xff]!, 8) ^
    rotated(table[(column >>> 16) & 0xff]!, 16) ^
    rotated(table[column >>> 24]!, 24);
}

const mix = [2, 1, 1, 3];
const unmix = [14, 9, 13, 11];
const alone = [1, 0, 0, 0];

/** SubBytes and MixColumns; SubBytes; the inverses of both; InvMixColumns. */
export const aesRound: Column = byTable(tableOf(forward, mix));
export const aesSubstitute: Column = byTable(tableOf(forward, alone));
export const aesInverseRound: Column = byTable(tableOf(inverse, unmix));
export const aesInverseSubstitute: Column = byTable(tableOf(inverse, alone));
export const aesInverseMix: Column = byTable(tableOf(identity, unmix));
