import { setChecksum } from '../../../devices/power/image.ts';
import { type FieldValue, fields, joined, putText } from './bytes.ts';

const ENTRY_BYTES = 31;
const VERSION = [2, 4] as const;
const NAME = 'rawiron';
const ROM_START_SEGMENT = 0xf000;

/** A structure of the table: its formatted part, and the strings that it names by number. */
function structure(
  type: number,
  length: number,
  handle: number,
  values: readonly FieldValue[],
  strings: readonly string[],
): Uint8Array {
  const head = fields(length, [[0, 1, type], [1, 1, length], [2, 2, handle], ...values]);
  const texts = strings.map((text) => {
    const bytes = new Uint8Array(text.length + 1);
    putText(bytes, 0, text);
    return bytes;
  });
  return joined([head, ...texts, new Uint8Array(strings.length === 0 ? 2 : 1)]);
}

/** Fields of an enclosure that say that nothing is known, or that all is well (3.3.4). */
const UNKNOWN = 2;
const SAFE = 3;

/** Firmware: ISA, PCI, APM, shadowing and booting from CD are there (3.3.1). */
function firmware(date: string): Uint8Array {
  const values: FieldValue[] = [
    [4, 1, 1],
    [5, 1, 2],
    [6, 2, ROM_START_SEGMENT],
    [8, 1, 3],
    [10, 4, 0x9490],
    [22, 1, 0xff],
    [23, 1, 0xff],
  ];
  return structure(0, 24, 0, values, [NAME, '1', date]);
}

/** The system, its enclosure (a desktop), the processor (a CPU of unknown speed, enabled) and how the boot went: well. */
function board(): Uint8Array[] {
  const system: FieldValue[] = [4, 5].map((offset, n) => [offset, 1, n + 1]);
  const states: FieldValue[] = [9, 10, 11].map((offset) => [offset, 1, SAFE]);
  const enclosure: FieldValue[] = [[4, 1, 1], [5, 1, 3], ...states, [12, 1, UNKNOWN]];
  const noCaches: FieldValue[] = [26, 28, 30].map((offset) => [offset, 2, 0xffff]);
  const processor: FieldValue[] = [4, 5, 6, 7].map((offset, n) => [offset, 1, [1, 3, 1, 2][n]!]);
  return [
    structure(1, 27, 0x100, [...system, [24, 1, 6]], [NAME, 'PC (i440FX and PIIX3)']),
    structure(3, 13, 0x300, enclosure, [NAME]),
    structure(4, 35, 0x400, [...processor, [24, 1, 0x41], [25, 1, 1], ...noCaches], ['CPU 0', NAME]),
    structure(32, 11, 0x2000, [], []),
  ];
}

/**
 * Entry point and structures for `address`, a multiple of 16 (DMTF System Management BIOS 2.4). What there is of memory a
 * system learns from INT 15h.
 */
export function smbiosTables(address: number, date: string): Uint8Array {
  const structures = [firmware(date), ...board(), structure(127, 4, 0x7f00, [], [])];
  const table = joined(structures);
  const longest = Math.max(...structures.map(({ length }) => length));
  const entry = entryPoint(address + 32, table.length, longest, structures.length);
  return joined([entry, new Uint8Array(32 - ENTRY_BYTES), table]);
}

/** The anchor that systems look for, with the older one in it. */
function entryPoint(tableAddress: number, tableBytes: number, longest: number, count: number): Uint8Array {
  const intermediate = fields(15, [
    [6, 2, tableBytes],
    [8, 4, tableAddress],
    [12, 2, count],
    [14, 1, (VERSION[0] << 4) | VERSION[1]],
  ]);
  putText(intermediate, 0, '_DMI_');
  setChecksum(intermediate, 5);
  const head = fields(16, [
    [5, 1, ENTRY_BYTES],
    [6, 1, VERSION[0]],
    [7, 1, VERSION[1]],
    [8, 2, longest],
  ]);
  putText(head, 0, '_SM_');
  const entry = joined([head, intermediate]);
  setChecksum(entry, 4);
  return entry;
}
