/** Products of polynomials over the field of two elements, of 32 x 32 bits. */

/** Every fourth bit from the lowest on: sums of at most eight products don't reach the next. */
const EVERY_FOURTH = 0x11111111;

/** The low half: by integer products of numbers that have room between their bits for what would be carried. */
export function carrylessLow(a: number, b: number): number {
  let product = 0;
  for (let place = 0; place < 4; place++) {
    let sums = 0;
    for (let n = 0; n < 4; n++) {
      sums ^= Math.imul(a & (EVERY_FOURTH << n), b & (EVERY_FOURTH << ((place - n) & 3)));
    }
    product |= sums & (EVERY_FOURTH << place);
  }
  return product;
}

function reversed(word: number): number {
  let bits = ((word >>> 1) & 0x55555555) | ((word & 0x55555555) << 1);
  bits = ((bits >>> 2) & 0x33333333) | ((bits & 0x33333333) << 2);
  bits = ((bits >>> 4) & 0x0f0f0f0f) | ((bits & 0x0f0f0f0f) << 4);
  bits = ((bits >>> 8) & 0x00ff00ff) | ((bits & 0x00ff00ff) << 8);
  return (bits >>> 16) | (bits << 16);
}

/** The high half: the 63 bits of the product of reversed numbers are those of the product, reversed. */
export function carrylessHigh(a: number, b: number): number {
  return reversed(carrylessLow(reversed(a), reversed(b))) >>> 1;
}
