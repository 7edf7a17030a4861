import { padded, toBytes } from './bytes.ts';
import { VitalPage } from './operations.ts';

/** Data that disks and CD-ROM drives give alike. */

export const SENSE_BYTES = 18;

/** Sense data of the fixed format (SPC-3, 4.5.3). */
export function senseData(sense: number): Uint8Array {
  const bytes = new Uint8Array(SENSE_BYTES);
  bytes.set([0x70, 0, sense >> 16, 0, 0, 0, 0, SENSE_BYTES - 8], 0);
  bytes.set([(sense >> 8) & 0xff, sense & 0xff], 12);
  return bytes;
}

/** The names that a unit tells of itself. */
export interface Identity {
  readonly vendor: string;
  readonly product: string;
  readonly revision: string;
  readonly serial: string;
}

/** Fields of INQUIRY's reply that depend on the unit (SPC-3, 6.4.2). */
export interface InquiryFields extends Omit<Identity, 'serial'> {
  readonly deviceType: number;
  readonly isRemovable: boolean;
  /** The standard that it claims to follow. */
  readonly version: number;
  /** Byte 3: how the reply is laid out. */
  readonly format: number;
  /** Byte 7: commands may be queued. */
  readonly flags?: number;
}

/** The reply to INQUIRY (SPC-3, 6.4.2). */
export function inquiryData(fields: InquiryFields): Uint8Array {
  const { deviceType, isRemovable, version, format, flags = 0, vendor, product, revision } = fields;
  const texts = [...padded(vendor, 8), ...padded(product, 16), ...padded(revision, 4)];
  return Uint8Array.from([deviceType, isRemovable ? 0x80 : 0, version, format, 31, 0, 0, flags, ...texts]);
}

/** Bodies of pages of vital product data, behind their headers of four bytes, by their codes. */
export type VitalPages = ReadonlyMap<number, (identity: Identity) => readonly number[]>;

const ownPages = (others: VitalPages): VitalPages =>
  new Map([
    [VitalPage.supported, () => [VitalPage.supported, VitalPage.serialNumber, ...others.keys()]],
    [VitalPage.serialNumber, ({ serial }: Identity) => padded(serial, serial.length)],
  ]);

/** A page of vital product data, one of all units' or of `others`; null: there is no such page (SPC-3, 7.6). */
export function vitalPage(page: number, identity: Identity, others: VitalPages): Uint8Array | null {
  const body = (ownPages(others).get(page) ?? others.get(page))?.(identity);
  return body === undefined ? null : Uint8Array.from([0, page, ...toBytes(body.length, 2), ...body]);
}

/** READ CAPACITY(10): the last block's number as far as 32 bits go, and the length of a block (SBC-3, 5.15). */
export function capacity10(blocks: number, blockBytes: number): Uint8Array {
  return Uint8Array.from([...toBytes(Math.min(blocks - 1, 0xffffffff), 4), ...toBytes(blockBytes, 4)]);
}

/** REPORT LUNS: one unit, number 0 (SPC-3, 6.21). */
export function unitList(): Uint8Array {
  return Uint8Array.from([...toBytes(8, 4), ...new Uint8Array(12)]);
}

/** A mode page: its code, its length and its values. Nothing of them can be changed (SPC-3, 7.4.5). */
export function modePage(code: number, body: readonly number[], isChangeable: boolean): number[] {
  return [code, body.length, ...(isChangeable ? body.map(() => 0) : body)];
}

/** The header of a unit's mode pages, with its block descriptors (SPC-3, 7.4.3). */
export interface ModeHeader {
  readonly isLong: boolean;
  readonly mediumType: number;
  readonly specific: number;
  readonly descriptor: readonly number[];
}

/** The reply to MODE SENSE(6) or MODE SENSE(10) with these pages (SPC-3, 7.4.3). */
export function modeData(
  { isLong, mediumType, specific, descriptor }: ModeHeader,
  pages: readonly number[],
): Uint8Array {
  const length = descriptor.length + pages.length;
  const header = isLong
    ? [...toBytes(length + 6, 2), mediumType, specific, 0, 0, ...toBytes(descriptor.length, 2)]
    : [length + 3, mediumType, specific, descriptor.length];
  return Uint8Array.from([...header, ...descriptor, ...pages]);
}
