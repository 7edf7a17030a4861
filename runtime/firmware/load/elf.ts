import { BootError } from './boot.ts';
import { ELF_HEADER_BYTES, Elf, isElf, isFor386 } from './elf-header.ts';
import type { ImageSegment, ProgramImage } from './image.ts';
import { viewOf } from './view.ts';

/** Program headers (System V ABI, "Program Loading"). */
const PT_LOAD = 1;
const PT_NOTE = 4;
const PROGRAM_HEADER_BYTES = 32;

interface ProgramHeader {
  readonly type: number;
  readonly offset: number;
  readonly virtualAddress: number;
  readonly physicalAddress: number;
  readonly fileSize: number;
  readonly memorySize: number;
}

/** Bytes [start, end) of the file. */
interface FileRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Reads the loadable segments of an i386 ELF executable, at their physical addresses. Linkers load the file's headers and
 * notes too, before the code or at addresses of their own: of a segment they are what describes the file.
 * @throws BootError for other ELF files and truncated ones
 */
export function parseElf(file: Uint8Array): ProgramImage {
  checkElfHeader(file);
  const all = programHeaders(file);
  const loaded = all.filter((header) => header.type === PT_LOAD && header.memorySize !== 0);
  const describing = [headerRange(file), ...all.filter((header) => header.type === PT_NOTE).map(fileRange)];
  const segments = loaded.map((header) => toSegment(file, header, describing));
  if (segments.every(({ size, describing }) => describing === size)) {
    throw new BootError('the ELF kernel has no loadable segments; give a linked executable');
  }
  return { segments, entry: physicalEntry(viewOf(file).getUint32(Elf.entry, true), loaded) };
}

function checkElfHeader(file: Uint8Array): void {
  if (!isElf(file)) throw new BootError('the kernel is not an ELF file');
  if (file.length < ELF_HEADER_BYTES) throw new BootError('the ELF kernel is truncated in its header; copy it again');
  if (!isFor386(file)) {
    throw new BootError('the ELF kernel is not for i386 and this is a 32-bit PC; give a 32-bit x86 kernel');
  }
}

function programHeaders(file: Uint8Array): ProgramHeader[] {
  const view = viewOf(file);
  const { offset, entrySize, count, end } = programHeaderTable(view);
  if (count > 0 && (entrySize < PROGRAM_HEADER_BYTES || end > file.length)) {
    throw new BootError('the ELF kernel is truncated in its program headers; copy it again');
  }
  return Array.from({ length: count }, (_, index) => programHeader(view, offset + index * entrySize));
}

function programHeaderTable(view: DataView): { offset: number; entrySize: number; count: number; end: number } {
  const offset = view.getUint32(Elf.programHeaderOffset, true);
  const entrySize = view.getUint16(Elf.programHeaderEntrySize, true);
  const count = view.getUint16(Elf.programHeaderCount, true);
  return { offset, entrySize, count, end: offset + count * entrySize };
}

function programHeader(view: DataView, at: number): ProgramHeader {
  const word = (index: number): number => view.getUint32(at + index * 4, true);
  return {
    type: word(0),
    offset: word(1),
    virtualAddress: word(2),
    physicalAddress: word(3),
    fileSize: word(4),
    memorySize: word(5),
  };
}

/** The ELF header, and the program headers where they follow it, as linkers have them. */
function headerRange(file: Uint8Array): FileRange {
  const { offset, end } = programHeaderTable(viewOf(file));
  return { start: 0, end: offset === ELF_HEADER_BYTES ? end : ELF_HEADER_BYTES };
}

const fileRange = ({ offset, fileSize }: ProgramHeader): FileRange => ({ start: offset, end: offset + fileSize });

function toSegment(file: Uint8Array, header: ProgramHeader, describing: readonly FileRange[]): ImageSegment {
  const { start, end } = fileRange(header);
  // Of a segment that is all zeros the linker rounds the place up, at times beyond the file.
  if (end > file.length && header.fileSize > 0)
    throw new BootError(`the ELF kernel is truncated: ${file.length} of ${end} bytes; copy it again`);
  if (header.fileSize > header.memorySize) throw new BootError('the ELF kernel has a segment larger than its memory');
  return {
    address: header.physicalAddress,
    bytes: file.subarray(start, end),
    size: header.memorySize,
    describing: endOfDescription(file, start, end, describing) - start,
  };
}

/** Where the ranges that begin at `start` end, one after the other, with the zeros that pad them. */
function endOfDescription(file: Uint8Array, start: number, end: number, ranges: readonly FileRange[]): number {
  let at = start;
  const rangeAt = (): FileRange | undefined => ranges.find((range) => range.start <= at && at < range.end);
  for (let range = rangeAt(); range && at < end; range = rangeAt()) {
    at = range.end;
    while (at < end && file[at] === 0) at++;
  }
  return Math.min(at, end);
}

/** The entry is a virtual address if a segment holds it as one: kernels linked high are entered where they are loaded. */
function physicalEntry(entry: number, headers: readonly ProgramHeader[]): number {
  const home = headers.find(
    ({ virtualAddress, memorySize }) => entry >= virtualAddress && entry < virtualAddress + memorySize,
  );
  return home ? entry - home.virtualAddress + home.physicalAddress : entry;
}
