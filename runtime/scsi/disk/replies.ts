import { defaultGeometry } from '../../disks/geometry.ts';
import { SECTOR_BYTES } from '../../host/block.ts';
import { padded, toBytes } from '../bytes.ts';
import { ModePage, VitalPage } from '../operations.ts';
import { type Identity, inquiryData, modePage, vitalPage } from '../replies.ts';
import { MOST_FILLED, MOST_RANGES } from './registers.ts';

/** Bit of INQUIRY's byte 7: it takes queued commands. */
const QUEUES_COMMANDS = 2;

/** INQUIRY: a direct access device of SPC-3. */
export function inquiry(identity: Identity): Uint8Array {
  const fields = { deviceType: 0, isRemovable: false, version: 5, format: 2, flags: QUEUES_COMMANDS };
  return inquiryData({ ...fields, ...identity });
}

/** A designator of the vendor's, in ASCII, of the logical unit (SPC-3, 7.6.3). */
function identification({ serial }: Identity): number[] {
  return [2, 0, 0, serial.length, ...padded(serial, serial.length)];
}

/** Limits of UNMAP and WRITE SAME (SBC-3, 6.5.3). */
function blockLimits(): number[] {
  const limits = new Uint8Array(60);
  limits.set(toBytes(0xffffffff, 4), 16);
  limits.set(toBytes(MOST_RANGES, 4), 20);
  limits.set(toBytes(MOST_FILLED, 8), 32);
  return [...limits];
}

/** Pages of disks alone. */
const diskPages = new Map<number, (identity: Identity) => readonly number[]>([
  [VitalPage.identification, identification],
  [VitalPage.blockLimits, blockLimits],
  // The rate of rotation is not told (SBC-3, 6.5.2).
  [VitalPage.blockCharacteristics, () => Array<number>(60).fill(0)],
  // UNMAP is there; what is read afterwards is not promised (SBC-3, 6.5.4).
  [VitalPage.provisioning, () => [0, 0x80, 2, 0]],
]);

/** A page of vital product data; null: there is no such page. */
export function vitalProductData(page: number, identity: Identity): Uint8Array | null {
  return vitalPage(page, identity, diskPages);
}

/** READ CAPACITY(16): blocks may be given back by UNMAP (SBC-3, 5.16). */
export function capacity16(sectors: number): Uint8Array {
  const bytes = new Uint8Array(32);
  bytes.set([...toBytes(sectors - 1, 8), ...toBytes(SECTOR_BYTES, 4)]);
  bytes[14] = 0x80;
  return bytes;
}

/** READ FORMAT CAPACITIES: one descriptor, of a formatted medium (MMC-3, 6.24). */
export function formatCapacities(sectors: number): Uint8Array {
  const FORMATTED = 2;
  const [size, length] = [toBytes(Math.min(sectors, 0xffffffff), 4), toBytes(SECTOR_BYTES, 3)];
  return Uint8Array.from([0, 0, 0, 8, ...size, FORMATTED, ...length]);
}

/** Cylinders and heads, for systems that ask for them (SBC-2, 6.3.6). */
function rigidGeometry(sectors: number): number[] {
  const { cylinders, heads } = defaultGeometry(sectors);
  const RATE = 5400;
  return [...toBytes(cylinders, 3), heads, ...Array<number>(14).fill(0), ...toBytes(RATE, 2), 0, 0];
}

/** Bodies of mode pages, behind code and length. The caching page says that what is written stays only after a flush. */
const modeBodies: ReadonlyMap<number, (sectors: number) => readonly number[]> = new Map<
  number,
  (sectors: number) => readonly number[]
>([
  [ModePage.errorRecovery, () => [0x80, ...Array<number>(9).fill(0)]],
  [ModePage.rigidGeometry, rigidGeometry],
  [ModePage.caching, () => [0x04, ...Array<number>(17).fill(0)]],
  // Commands may be executed in another order than that in which they came (SPC-3, 7.4.6).
  [ModePage.control, () => [0, 0x10, ...Array<number>(8).fill(0)]],
]);

/** The pages of a code, or all; null: there is none. */
export function modePages(code: number, isChangeable: boolean, sectors: number): number[] | null {
  const codes = code === ModePage.all ? [...modeBodies.keys()] : [code];
  const pages = codes.flatMap((one) => {
    const body = modeBodies.get(one)?.(sectors);
    return body === undefined ? [] : modePage(one, body, isChangeable);
  });
  return pages.length === 0 ? null : pages;
}

/** The block descriptor of mode data: how many blocks there are as far as 24 bits go, and their length (SBC-2, 6.3.2). */
export function blockDescriptor(sectors: number): number[] {
  return [0, ...toBytes(sectors > 0xffffff ? 0 : sectors, 3), 0, ...toBytes(SECTOR_BYTES, 3)];
}
