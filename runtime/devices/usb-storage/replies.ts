import { SECTOR_BYTES } from '../../host/block.ts';
import { ALL_PAGES, CACHING_PAGE } from './registers.ts';

/** Data that commands give; integers are big-endian. */

const text = (characters: string, length: number): number[] =>
  Array.from({ length }, (_, n) => characters.charCodeAt(n) || 0x20);
const word = (value: number): number[] => [(value >>> 8) & 0xff, value & 0xff];
const long = (value: number): number[] => [...word(value >>> 16), ...word(value)];

/** A disk of SPC-3 (SPC-3, 6.4.2). */
export function inquiry(): Uint8Array {
  return Uint8Array.of(0, 0, 5, 2, 31, 0, 0, 0, ...text('RAWIRON', 8), ...text('USB DISK', 16), ...text('1.0', 4));
}

/** Pages of what the product is: which there are, and the serial number. Null: there is no such page. */
export function vitalProductData(page: number, serial: string): Uint8Array | null {
  if (page === 0x00) return Uint8Array.of(0, page, 0, 2, 0x00, 0x80);
  return page === 0x80 ? Uint8Array.of(0, page, 0, serial.length, ...text(serial, serial.length)) : null;
}

/** Fixed format (SPC-3, 4.5.3). */
export function senseData(sense: number): Uint8Array {
  const bytes = new Uint8Array(18);
  bytes[0] = 0x70;
  bytes[2] = sense >>> 16;
  bytes[7] = 10;
  bytes.set(word(sense), 12);
  return bytes;
}

/** The last sector's number, as far as 32 bits go, and the bytes of one. */
export function capacity10(sectors: number): Uint8Array {
  return Uint8Array.of(...long(Math.min(sectors - 1, 0xffffffff)), ...long(SECTOR_BYTES));
}

export function capacity16(sectors: number): Uint8Array {
  const last = sectors - 1;
  return Uint8Array.of(
    ...long(Math.floor(last / 2 ** 32)),
    ...long(last),
    ...long(SECTOR_BYTES),
    ...new Uint8Array(20),
  );
}

/** One descriptor: a formatted medium (MMC-3, READ FORMAT CAPACITIES). */
export function formatCapacities(sectors: number): Uint8Array {
  const descriptor = [...long(Math.min(sectors, 0xffffffff)), ...long(SECTOR_BYTES)];
  descriptor[4] = 2;
  return Uint8Array.of(0, 0, 0, 8, ...descriptor);
}

/** One unit, number 0. */
export function unitList(): Uint8Array {
  return Uint8Array.of(...long(8), ...new Uint8Array(12));
}

/** The caching page says that what is written stays only after a flush (SBC-2, 6.3.3). Null: there is no such page. */
export function modePages(page: number, isReadOnly: boolean, isLong: boolean): Uint8Array | null {
  if (page !== CACHING_PAGE && page !== ALL_PAGES) return null;
  const caching = [CACHING_PAGE, 18, 0x04, ...new Uint8Array(17)];
  const protection = isReadOnly ? 0x80 : 0;
  const header = isLong
    ? [...word(caching.length + 6), 0, protection, 0, 0, 0, 0]
    : [caching.length + 3, 0, protection, 0];
  return Uint8Array.of(...header, ...caching);
}
