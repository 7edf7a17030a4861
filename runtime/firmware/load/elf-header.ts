import { viewOf } from './view.ts';

/** Fields of the ELF header by their offsets (System V ABI, "Object Files"), 32-bit class. */
export const Elf = {
  magic: 0,
  class: 4,
  dataEncoding: 5,
  machine: 18,
  entry: 24,
  programHeaderOffset: 28,
  sectionHeaderOffset: 32,
  programHeaderEntrySize: 42,
  programHeaderCount: 44,
  sectionHeaderCount: 48,
} as const;
export const ELF_HEADER_BYTES = 52;
/** 7F, "ELF". */
const MAGIC = 0x464c457f;
const CLASS_32 = 1;
const LITTLE_ENDIAN = 1;
const MACHINE_386 = 3;

export function isElf(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && viewOf(bytes).getUint32(Elf.magic, true) === MAGIC;
}

/** Whether an ELF file, which has all of its header, is for i386. */
export function isFor386(bytes: Uint8Array): boolean {
  const view = viewOf(bytes);
  const is32Bit = view.getUint8(Elf.class) === CLASS_32 && view.getUint8(Elf.dataEncoding) === LITTLE_ENDIAN;
  return is32Bit && view.getUint16(Elf.machine, true) === MACHINE_386;
}
