import { bigEndian, padded, toBytes } from './bytes.ts';
import { BLOCK_BYTES, MEDIUM_CLASS, MediumEvent } from './registers.ts';

const SENSE_BYTES = 18;
const VENDOR = 'rawiron';

/** INQUIRY: a CD-ROM drive with a medium that can be taken out, by ATAPI (MMC-3, 6.9). */
export function inquiry(model: string, firmware: string): Uint8Array {
  const product = model.startsWith(`${VENDOR} `) ? model.slice(VENDOR.length + 1) : model;
  const texts = [...padded(VENDOR, 8), ...padded(product, 16), ...padded(firmware, 4)];
  return Uint8Array.from([0x05, 0x80, 0x00, 0x21, 31, 0, 0, 0, ...texts]);
}

/** REQUEST SENSE, of the fixed format. */
export function senseData(sense: number): Uint8Array {
  const bytes = new Uint8Array(SENSE_BYTES);
  bytes.set([0x70, 0, sense >> 16, 0, 0, 0, 0, SENSE_BYTES - 8], 0);
  bytes.set([(sense >> 8) & 0xff, sense & 0xff], 12);
  return bytes;
}

/** READ CAPACITY: the last block's number, and the length of a block. */
export function capacity(blocks: number): Uint8Array {
  return Uint8Array.from([...toBytes(blocks - 1, 4), ...toBytes(BLOCK_BYTES, 4)]);
}

/** READ DISC INFORMATION: a complete disc with one session of one track, to which nothing can be added (MMC-3, 6.22). */
export function discInformation(): Uint8Array {
  const bytes = new Uint8Array(34);
  bytes.set([0, 32, 0x0e, 1, 1, 1, 1, 0x20]);
  return bytes;
}

/** MECHANISM STATUS of a drive without a changer (MMC-3, 6.10). */
export function mechanismStatus(trayOpen: boolean): Uint8Array {
  return Uint8Array.of(0, trayOpen ? 0x10 : 0, 0, 0, 0, 1, 0, 0);
}

/** GET EVENT STATUS NOTIFICATION: an event about the medium, or that none of the classes asked for is known. */
export function eventStatus(packet: Uint8Array, event: number, trayOpen: boolean, present: boolean): Uint8Array {
  const supported = 1 << MEDIUM_CLASS;
  if ((packet[4] & supported) === 0) return Uint8Array.of(0, 2, 0x80, supported);
  const state = (trayOpen ? 1 : 0) | (present ? 2 : 0);
  return Uint8Array.of(0, 6, MEDIUM_CLASS, supported, event, state, 0, 0);
}

/** The event that a change of the medium is. */
export function eventOfChange(present: boolean): number {
  return present ? MediumEvent.newMedium : MediumEvent.removal;
}

/** Blocks that a command for reading wants: their first, and how many. */
export function readRange(packet: Uint8Array): { readonly block: number; readonly count: number } {
  switch (packet[0] >> 5) {
    case 0:
      return { block: bigEndian(packet, 1, 3) & 0x1fffff, count: packet[4] || 0x100 };
    case 1:
      return { block: bigEndian(packet, 2, 4), count: bigEndian(packet, 7, 2) };
    default:
      return { block: bigEndian(packet, 2, 4), count: bigEndian(packet, 6, 4) };
  }
}
