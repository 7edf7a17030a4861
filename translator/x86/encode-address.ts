import { EncodeError, type MemoryOperand } from './encode-operand.ts';
import type { Encoding } from './table/encoding.ts';

/** The fields of ModR/M: a register number or a memory operand, and the reg field. */
export interface AddressFields {
  readonly rm?: number;
  readonly memory?: MemoryOperand;
  readonly reg?: number;
}

/** ModR/M, SIB and displacement in all lengths that there are. */
export function encodeAddresses({ modrm }: Encoding, { memory, rm = 0, reg = 0 }: AddressFields): number[][] {
  if (modrm.length === 0) return [[]];
  const first = modrm[0]! | (reg << 3);
  if (memory === undefined) return [[modrm[0]! < 0xc0 ? first | 0xc0 | rm : first + rm]];
  const forms = memory.addressBytes === 2 ? addresses16(memory) : addresses32(memory);
  return forms.map(([place, ...rest]) => [first | place!, ...rest]);
}

/** Base and index of 16-bit addresses, in the order of rm (Intel SDM vol. 2, table 2-1): BX 3, BP 5, SI 6, DI 7. */
const pairs16 = ['3,6', '3,7', '5,6', '5,7', '6', '7', '5', '3'];

function addresses16({ base, index, displacement }: MemoryOperand): number[][] {
  const registers = [base, index].filter((number) => number !== undefined).sort();
  const rm = pairs16.indexOf(registers.join());
  if (registers.length === 0) return [[6, ...littleEndian(displacement, 2)]];
  if (rm < 0) throw new EncodeError('these registers do not make a 16-bit address');
  const signed = (displacement << 16) >> 16;
  return displacements(signed, 2, rm !== 6).map(([mod, bytes]) => [(mod << 6) | rm, ...bytes]);
}

const NO_INDEX = 4;
const EBP = 5;
const USES_SIB = 4;

/** Base and index of 32-bit addresses (Intel SDM vol. 2, tables 2-2 and 2-3). */
function addresses32({ base, index, scale, displacement }: MemoryOperand): number[][] {
  if (index === NO_INDEX) throw new EncodeError('ESP cannot be an index');
  if (base === undefined) {
    const bytes = littleEndian(displacement, 4);
    return index === undefined ? [[EBP, ...bytes]] : [[USES_SIB, (scale << 6) | (index << 3) | EBP, ...bytes]];
  }
  const needsSib = index !== undefined || base === USES_SIB;
  const place = needsSib ? [USES_SIB, (scale << 6) | ((index ?? NO_INDEX) << 3) | base] : [base];
  return displacements(displacement | 0, 4, base !== EBP).map(([mod, bytes]) => [
    (mod << 6) | place[0]!,
    ...place.slice(1),
    ...bytes,
  ]);
}

/** The mod field with the displacement's bytes: none if that is possible, one, all. */
function displacements(value: number, bytes: 2 | 4, canBeLeftOut: boolean): [number, number[]][] {
  const variants: [number, number[]][] = [];
  if (value === 0 && canBeLeftOut) variants.push([0, []]);
  if (value === (value << 24) >> 24) variants.push([1, [value & 0xff]]);
  variants.push([2, littleEndian(value, bytes)]);
  return variants;
}

export function littleEndian(value: number, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, n) => (value >> (8 * n)) & 0xff);
}
