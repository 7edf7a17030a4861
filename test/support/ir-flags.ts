import { Eflags } from '../../translator/abi/state.ts';

const { cf, pf, af, zf, sf, of } = Eflags;

/** Condition codes by Intel SDM vol. 2, appendix B.1.4.7. */
export function conditionHolds(code: number, flags: number): boolean {
  const set = (flag: number) => (flags & flag) !== 0;
  const tests = [
    () => set(of),
    () => set(cf),
    () => set(zf),
    () => set(cf) || set(zf),
    () => set(sf),
    () => set(pf),
    () => set(sf) !== set(of),
    () => set(zf) || set(sf) !== set(of),
  ];
  return tests[code >> 1]() !== ((code & 1) !== 0);
}

function when(condition: boolean, flag: number): number {
  return condition ? flag : 0;
}

/** ZF, SF and PF of a result. */
function resultFlags(result: bigint, bits: number): number {
  const value = BigInt.asUintN(bits, result);
  const ones = (value & 0xffn).toString(2).replaceAll('0', '').length;
  return when(value === 0n, zf) | when(value >> BigInt(bits - 1) === 1n, sf) | when(ones % 2 === 0, pf);
}

/** All flags of left + right or left - right, and a carry in; computed on unbounded integers. */
function arithmeticFlags(
  bits: number,
  left: bigint,
  right: bigint,
  sign: 1n | -1n,
  carry: bigint,
  given: bigint,
): number {
  const [a, b] = [BigInt.asUintN(bits, left), BigInt.asUintN(bits, right)];
  const result = a + sign * (b + carry);
  if (BigInt.asUintN(bits, given) !== BigInt.asUintN(bits, result)) throw new Error('flags of another result');
  const signed = BigInt.asIntN(bits, a) + sign * (BigInt.asIntN(bits, b) + carry);
  const nibble = (a & 15n) + sign * ((b & 15n) + carry);
  return (
    resultFlags(result, bits) |
    when(result !== BigInt.asUintN(bits, result), cf) |
    when(signed !== BigInt.asIntN(bits, signed), of) |
    when(nibble !== (nibble & 15n), af)
  );
}

/** The flags after a `flags` statement (translator/ir/statement.ts), given those before. */
export function flagsAfter(kind: string, size: number, args: readonly number[], before: number): number {
  const bits = size * 8;
  const [a, b, c, d] = args.map(BigInt);
  const carry = BigInt(before & cf);
  const flag = (argument: bigint, mask: number) => when(argument !== 0n, mask);
  switch (kind) {
    case 'add':
      return arithmeticFlags(bits, a, b, 1n, 0n, c);
    case 'adc':
      return arithmeticFlags(bits, a, b, 1n, carry, c);
    case 'sub':
      return arithmeticFlags(bits, a, b, -1n, 0n, c);
    case 'sbb':
      return arithmeticFlags(bits, a, b, -1n, carry, c);
    case 'logic':
      return resultFlags(a, bits);
    case 'inc':
      return (arithmeticFlags(bits, a - 1n, 1n, 1n, 0n, a) & ~cf) | (before & cf);
    case 'dec':
      return (arithmeticFlags(bits, a + 1n, 1n, -1n, 0n, a) & ~cf) | (before & cf);
    case 'other':
      return resultFlags(a, bits) | flag(b, cf) | flag(c, of) | flag(d, af);
    case 'compare':
      return flag(a | c, cf) | flag(b | c, zf) | flag(c, pf);
    case 'carry':
      return (before & ~cf) | flag(a, cf);
    case 'carryOverflow':
      return (before & ~(cf | of)) | flag(a, cf) | flag(b, of);
    case 'zero':
      return (before & ~zf) | flag(a, zf);
    case 'all':
      return Number(a) & Eflags.arithmetic;
    default:
      throw new Error(`flags ${kind}`);
  }
}
