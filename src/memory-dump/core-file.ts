/** A range of addresses whose bytes are in the file. */
export interface CoreSegment {
  /** Linear address of the first byte. */
  readonly virtual: number;
  readonly physical: number;
  readonly bytes: number;
}

/** ELF-64 Object File Format, version 1.5: sizes of the headers, and values in them. */
const HEADER_BYTES = 64;
const SECTION_HEADER_BYTES = 64;
const PROGRAM_HEADER_BYTES = 56;
const TYPE_CORE = 4;
const MACHINE_386 = 3;
const VERSION = 1;
const SEGMENT_LOAD = 1;
const SEGMENT_NOTE = 4;
/** In place of the number of program headers (PN_XNUM): the first section header has it. */
const MANY_HEADERS = 0xffff;
const FIRST_SECTION_INFO = 44;

/**
 * The beginning of a core file, up to the bytes of the segments: the header, one section header, the program headers and the
 * notes. It has addresses of 64 bits, as QEMU's: firmware ends at 4 GB.
 */
export function coreFileHead(notes: Uint8Array, segments: readonly CoreSegment[]): Uint8Array {
  const count = segments.length + 1;
  const notesAt = HEADER_BYTES + SECTION_HEADER_BYTES + count * PROGRAM_HEADER_BYTES;
  const head = new Uint8Array(notesAt + notes.length);
  const view = new DataView(head.buffer);
  writeHeader(view, count);
  let at = HEADER_BYTES + SECTION_HEADER_BYTES;
  let offset = notesAt;
  const add = (type: number, { virtual, physical, bytes }: CoreSegment) => {
    view.setUint32(at, type, true);
    const words = [offset, virtual, physical, bytes, bytes];
    for (const [n, word] of words.entries()) view.setBigUint64(at + 8 + 8 * n, BigInt(word), true);
    at += PROGRAM_HEADER_BYTES;
    offset += bytes;
  };
  add(SEGMENT_NOTE, { virtual: 0, physical: 0, bytes: notes.length });
  for (const segment of segments) add(SEGMENT_LOAD, segment);
  head.set(notes, notesAt);
  return head;
}

function writeHeader(view: DataView, count: number): void {
  const [class64, littleEndian] = [2, 1];
  const identification = [0x7f, ...Array.from('ELF', (letter) => letter.charCodeAt(0)), class64, littleEndian, VERSION];
  for (const [n, byte] of identification.entries()) view.setUint8(n, byte);
  view.setUint16(16, TYPE_CORE, true);
  view.setUint16(18, MACHINE_386, true);
  view.setUint32(20, VERSION, true);
  view.setBigUint64(32, BigInt(HEADER_BYTES + SECTION_HEADER_BYTES), true);
  view.setBigUint64(40, BigInt(HEADER_BYTES), true);
  const halves = [HEADER_BYTES, PROGRAM_HEADER_BYTES, Math.min(count, MANY_HEADERS), SECTION_HEADER_BYTES, 1];
  for (const [n, half] of halves.entries()) view.setUint16(52 + 2 * n, half, true);
  if (count >= MANY_HEADERS) view.setUint32(HEADER_BYTES + FIRST_SECTION_INFO, count, true);
}
