import { type Identity, type InquiryFields, inquiryData } from '../replies.ts';
import { MEDIUM_CLASS, MediumEvent } from './registers.ts';

/** Fields of INQUIRY's reply that depend on how the drive is connected. */
export type InquiryFormat = Pick<InquiryFields, 'version' | 'format'>;

/** INQUIRY: a CD-ROM drive with a medium that can be taken out (MMC-3, 6.9); `format` says how its bus has it. */
export function inquiry(identity: Identity, { version, format }: InquiryFormat): Uint8Array {
  return inquiryData({ deviceType: 5, isRemovable: true, version, format, ...identity });
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
