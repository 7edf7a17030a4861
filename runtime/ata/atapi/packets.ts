import type { StateOf } from '../../snapshot/describe.ts';
import { bigEndian, toBytes } from './bytes.ts';
import { configuration } from './configuration.ts';
import { MediumType, modePages, PageControl } from './modes.ts';
import { MediumEvent, Packet, Sense } from './registers.ts';
import { capacity, discInformation, eventStatus, inquiry, mechanismStatus, readRange, senseData } from './replies.ts';
import { Change, type cdromState } from './state.ts';
import { tableOfContents } from './toc.ts';
import type { Tray } from './tray.ts';

/** The result of a command in a packet. */
export type Result =
  | { readonly type: 'done' }
  /** The command failed; `sense` is one of Sense. */
  | { readonly type: 'failed'; readonly sense: number }
  /** The host takes as many of these bytes as it has asked for. */
  | { readonly type: 'reply'; readonly bytes: Uint8Array; readonly length: number }
  /** The host sends so many bytes, which have no effect. */
  | { readonly type: 'parameters'; readonly length: number }
  | { readonly type: 'read'; readonly block: number; readonly count: number; readonly raw: boolean };

/** The drive as commands see it. */
export interface CdromDrive {
  readonly state: StateOf<typeof cdromState>;
  readonly tray: Tray;
  readonly model: string;
  readonly firmware: string;
}

interface PacketCommand {
  /** It needs a medium. */
  readonly needsMedium?: boolean;
  /** It is executed although a change of the medium has not been told yet. */
  readonly isUnattended?: boolean;
  run(packet: Uint8Array, drive: CdromDrive): Result;
}

const DONE: Result = { type: 'done' };
export const failed = (sense: number): Result => ({ type: 'failed', sense });
const INVALID_FIELD = failed(Sense.invalidField);

/** A reply, or a field of the packet was wrong. */
function reply(bytes: Uint8Array | null, length: number): Result {
  return bytes === null ? INVALID_FIELD : { type: 'reply', bytes, length };
}

function read(packet: Uint8Array, drive: CdromDrive): Result {
  return readBlocks(readRange(packet), drive, false);
}

function readBlocks({ block, count }: ReturnType<typeof readRange>, { tray }: CdromDrive, raw: boolean): Result {
  if (count === 0) return DONE;
  return block + count > (tray.blocks ?? 0) ? failed(Sense.outOfRange) : { type: 'read', block, count, raw };
}

/** READ CD: nothing, the user data, or the whole sector, as its flags want it (MMC-3, 6.16). */
function readCd(packet: Uint8Array, drive: CdromDrive): Result {
  const wanted = packet[9] & 0xf8;
  const range = { block: bigEndian(packet, 2, 4), count: bigEndian(packet, 6, 3) };
  if (wanted === 0) return DONE;
  return wanted === 0x10 || wanted === 0xf8 ? readBlocks(range, drive, wanted === 0xf8) : INVALID_FIELD;
}

function seek(packet: Uint8Array, { tray }: CdromDrive): Result {
  const block = packet[0] === Packet.seek6 ? bigEndian(packet, 1, 3) & 0x1fffff : bigEndian(packet, 2, 4);
  return block >= (tray.blocks ?? 0) ? failed(Sense.outOfRange) : DONE;
}

function requestSense(packet: Uint8Array, { state }: CdromDrive): Result {
  const bytes = senseData(state.sense);
  state.sense = Sense.none;
  return reply(bytes, packet[4]);
}

/** There are no pages of vital product data. */
function inquire(packet: Uint8Array, { model, firmware }: CdromDrive): Result {
  return reply((packet[1] & 1) === 0 ? inquiry(model, firmware) : null, bigEndian(packet, 3, 2));
}

function modeSense(packet: Uint8Array, drive: CdromDrive): Result {
  const control = packet[2] >> 6;
  if (control === PageControl.saved) return failed(Sense.savingNotSupported);
  const pages = modePages(packet[2] & 0x3f, control, drive.state.locked);
  if (pages === null) return INVALID_FIELD;
  const isShort = packet[0] === Packet.modeSense6;
  const medium = mediumType(drive);
  const header = isShort ? [pages.length + 3, medium, 0, 0] : [...toBytes(pages.length + 6, 2), medium, 0, 0, 0, 0, 0];
  return reply(Uint8Array.from([...header, ...pages]), isShort ? packet[4] : bigEndian(packet, 7, 2));
}

function mediumType({ state, tray }: CdromDrive): number {
  if (state.trayOpen) return MediumType.open;
  return tray.blocks === null ? MediumType.none : MediumType.data;
}

function startStop(packet: Uint8Array, drive: CdromDrive): Result {
  const [start, load] = [(packet[4] & 1) !== 0, (packet[4] & 2) !== 0];
  if (!load) return DONE;
  if (!start && drive.state.locked) return failed(Sense.removalPrevented);
  drive.tray.move(!start);
  return DONE;
}

function preventRemoval(packet: Uint8Array, drive: CdromDrive): Result {
  drive.tray.setLocked((packet[4] & 1) !== 0);
  return DONE;
}

/** The format is where MMC has it, or where SFF-8020i had it. */
function readToc(packet: Uint8Array, { tray }: CdromDrive): Result {
  const format = packet[2] & 0x0f || packet[9] >> 6;
  return reply(tableOfContents(tray.blocks ?? 0, format, packet[6], (packet[1] & 2) !== 0), bigEndian(packet, 7, 2));
}

/** Only asking now and then is supported, no waiting. A guest that learns of a new medium here knows of the time without. */
function getEvent(packet: Uint8Array, { state, tray }: CdromDrive): Result {
  if ((packet[1] & 1) === 0) return INVALID_FIELD;
  const { event } = state;
  const bytes = eventStatus(packet, event, state.trayOpen, tray.blocks !== null);
  if (bytes.length > 4) {
    state.event = MediumEvent.none;
    if (event === MediumEvent.newMedium && state.change === Change.absent) state.change = Change.changed;
  }
  return reply(bytes, bigEndian(packet, 7, 2));
}

export const packetCommands: Readonly<Record<number, PacketCommand>> = {
  [Packet.testUnitReady]: { needsMedium: true, run: () => DONE },
  [Packet.requestSense]: { isUnattended: true, run: requestSense },
  [Packet.read6]: { needsMedium: true, run: read },
  [Packet.read10]: { needsMedium: true, run: read },
  [Packet.read12]: { needsMedium: true, run: read },
  [Packet.readCd]: { needsMedium: true, run: readCd },
  [Packet.seek6]: { needsMedium: true, run: seek },
  [Packet.seek10]: { needsMedium: true, run: seek },
  [Packet.inquiry]: { isUnattended: true, run: inquire },
  [Packet.modeSense6]: { run: modeSense },
  [Packet.modeSense10]: { run: modeSense },
  [Packet.modeSelect6]: { run: (packet) => ({ type: 'parameters', length: packet[4] }) },
  [Packet.modeSelect10]: { run: (packet) => ({ type: 'parameters', length: bigEndian(packet, 7, 2) }) },
  [Packet.startStopUnit]: { run: startStop },
  [Packet.preventAllowMediumRemoval]: { run: preventRemoval },
  [Packet.synchronizeCache]: { needsMedium: true, run: () => DONE },
  [Packet.readCapacity]: { needsMedium: true, run: (_, { tray }) => reply(capacity(tray.blocks!), Infinity) },
  [Packet.readToc]: { needsMedium: true, run: readToc },
  [Packet.getConfiguration]: {
    isUnattended: true,
    run: (packet, { tray }) => reply(configuration(packet, tray.blocks), bigEndian(packet, 7, 2)),
  },
  [Packet.getEventStatusNotification]: { isUnattended: true, run: getEvent },
  [Packet.readDiscInformation]: {
    needsMedium: true,
    run: (packet) => reply(discInformation(), bigEndian(packet, 7, 2)),
  },
  [Packet.setCdSpeed]: { run: () => DONE },
  [Packet.mechanismStatus]: {
    run: (packet, { state }) => reply(mechanismStatus(state.trayOpen), bigEndian(packet, 8, 2)),
  },
};
