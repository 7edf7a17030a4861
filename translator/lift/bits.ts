import type { Value } from '../ir/value.ts';
import { Shape } from '../x86/instruction.ts';
import type { Lift, LiftBuilder } from './lifter.ts';

/** Changes the bit in `mask`, given the operand's value. */
type Change = (b: LiftBuilder, value: Value, mask: Value) => Value;

/** A register as the index of a bit of memory counts beyond the operand, in both directions. */
function isBitString(b: LiftBuilder): boolean {
  const indexIsImmediate = b.size(1) === 1;
  return b.isMemory(0) && !indexIsImmediate;
}

/** Linear address of the operand-sized unit that holds the bit (Intel SDM vol. 2, BT). */
function unitAddress(b: LiftBuilder, index: Value, access: 'read' | 'write'): Value {
  const size = b.operandSize;
  const distance = b.and(b.sar(b.signExtend(index, size), 3), -size);
  const offset = b.let(b.zeroExtend(b.add(b.effectiveAddress(), distance), b.addressSize));
  if ((b.shape & Shape.segmented) === 0) return offset;
  return b.segmentAddress(b.field('segment'), offset, size, access);
}

/** The unit at an address, or operand 0. */
function readBits(b: LiftBuilder, address: Value | null, changes: boolean): Value {
  if (address) return b.load(b.operandSize, address);
  return changes ? b.readToModify(0) : b.read(0);
}

function bitTest(change: Change | null): Lift {
  return (b) => {
    const index = b.let(b.read(1));
    const number = b.let(b.and(index, b.operandSize * 8 - 1));
    const address = isBitString(b) ? unitAddress(b, index, change ? 'write' : 'read') : null;
    const value = b.let(readBits(b, address, change !== null));
    const carry = b.let(b.and(b.shr(value, number), 1));
    if (change) {
      const changed = change(b, value, b.shl(1, number));
      if (address) b.store(b.operandSize, address, changed);
      else b.write(0, changed);
    }
    b.flags.setCarry(carry);
  };
}

export const bt: Lift = bitTest(null);
export const bts: Lift = bitTest((b, value, mask) => b.or(value, mask));
export const btr: Lift = bitTest((b, value, mask) => b.and(value, b.xor(mask, -1)));
export const btc: Lift = bitTest((b, value, mask) => b.xor(value, mask));

/** A source of 0 sets ZF and leaves the destination as it was. */
function bitScan(isolate: (b: LiftBuilder, source: Value) => Value): Lift {
  return (b) => {
    const source = b.let(b.read(1));
    const zero = b.let(b.equal(source, 0));
    const number = b.sub(31, b.call('countLeadingZeros', isolate(b, source)));
    b.write(0, b.select(zero, b.read(0), number));
    // Only ZF is defined; the others are cleared or follow the source.
    b.flags.afterLogic(b.size(1), source);
  };
}

export const bsf: Lift = bitScan((b, source) => b.and(source, b.sub(0, source)));
export const bsr: Lift = bitScan((_b, source) => source);

/** POPCNT: sums of 2, 4 and 8 bits, then of all bytes by a product. Only ZF may be set. */
export const popcnt: Lift = (b) => {
  const source = b.let(b.read(1));
  const pairs = b.let(b.sub(source, b.and(b.shr(source, 1), 0x55555555)));
  const nibbles = b.let(b.add(b.and(pairs, 0x33333333), b.and(b.shr(pairs, 2), 0x33333333)));
  const bytes = b.and(b.add(nibbles, b.shr(nibbles, 4)), 0x0f0f0f0f);
  b.write(0, b.shr(b.mul(bytes, 0x01010101), 24));
  b.flags.afterCompare(0, b.equal(source, 0), 0);
};

/** CRC32: the destination is the CRC of all that was before. */
export const crc32: Lift = (b) => {
  const value = b.let(b.read(1));
  b.set(b.field('reg'), b.call('checksum', b.get(b.field('reg')), value, b.size(1)));
};
