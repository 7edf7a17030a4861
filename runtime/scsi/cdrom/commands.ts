import { type Action, DONE, failed, INVALID_FIELD, reply } from '../action.ts';
import { bigEndian } from '../bytes.ts';
import { Operation, PageControl, Sense } from '../operations.ts';
import { blockRange } from '../range.ts';
import { capacity10, type Identity, modeData, senseData, unitList, vitalPage } from '../replies.ts';
import { configuration } from './configuration.ts';
import { MediumType, modePages } from './modes.ts';
import { BLOCK_BYTES, MediumEvent } from './registers.ts';
import { discInformation, eventStatus, type InquiryFormat, inquiry, mechanismStatus } from './replies.ts';
import { type CdState, Change } from './state.ts';
import { tableOfContents } from './toc.ts';
import type { Tray } from './tray.ts';

/** How a drive is connected, as far as its replies tell. */
export interface CdConnection extends InquiryFormat {
  /** GET CONFIGURATION's number of the physical interface (MMC-3, 5.3.2). */
  readonly physicalInterface: number;
  /** Whether INQUIRY has pages of vital product data. */
  readonly hasVitalPages: boolean;
}

/** The drive as commands see it. */
export interface CdromDrive {
  readonly state: CdState;
  readonly tray: Tray;
  readonly identity: Identity;
  readonly connection: CdConnection;
}

interface CdCommand {
  /** It needs a medium. */
  readonly needsMedium?: boolean;
  /** It is executed although a change of the medium has not been told yet. */
  readonly isUnattended?: boolean;
  run(packet: Uint8Array, drive: CdromDrive): Action;
}

function read(packet: Uint8Array, drive: CdromDrive): Action {
  return readBlocks(blockRange(packet), drive, false);
}

function readBlocks({ block, count }: ReturnType<typeof blockRange>, { tray }: CdromDrive, isRaw: boolean): Action {
  if (count === 0) return DONE;
  return block + count > (tray.blocks ?? 0) ? failed(Sense.outOfRange) : { kind: 'read', block, count, isRaw };
}

/** READ CD: nothing, the user data, or the whole sector, as its flags want it (MMC-3, 6.16). */
function readCd(packet: Uint8Array, drive: CdromDrive): Action {
  const wanted = packet[9] & 0xf8;
  const range = { block: bigEndian(packet, 2, 4), count: bigEndian(packet, 6, 3) };
  if (wanted === 0) return DONE;
  return wanted === 0x10 || wanted === 0xf8 ? readBlocks(range, drive, wanted === 0xf8) : INVALID_FIELD;
}

function seek(packet: Uint8Array, { tray }: CdromDrive): Action {
  const block = packet[0] === Operation.seek6 ? bigEndian(packet, 1, 3) & 0x1fffff : bigEndian(packet, 2, 4);
  return block >= (tray.blocks ?? 0) ? failed(Sense.outOfRange) : DONE;
}

function requestSense(packet: Uint8Array, { state }: CdromDrive): Action {
  const bytes = senseData(state.sense);
  state.sense = Sense.none;
  return reply(bytes, packet[4]);
}

function inquire(packet: Uint8Array, { identity, connection }: CdromDrive): Action {
  const length = bigEndian(packet, 3, 2);
  if ((packet[1] & 1) === 0) return reply(inquiry(identity, connection), length);
  return reply(connection.hasVitalPages ? vitalPage(packet[2], identity, new Map()) : null, length);
}

function modeSense(packet: Uint8Array, drive: CdromDrive): Action {
  const control = packet[2] >> 6;
  if (control === PageControl.saved) return failed(Sense.savingNotSupported);
  const pages = modePages(packet[2] & 0x3f, control === PageControl.changeable, drive.state.locked);
  if (pages === null) return INVALID_FIELD;
  const isLong = packet[0] === Operation.modeSense10;
  const bytes = modeData({ isLong, mediumType: mediumType(drive), specific: 0, descriptor: [] }, pages);
  return reply(bytes, isLong ? bigEndian(packet, 7, 2) : packet[4]);
}

/** MODE SELECT: the parameters have no effect. */
function modeSelect(length: number): Action {
  return length === 0 ? DONE : { kind: 'parameters', length, take: () => DONE };
}

function mediumType({ state, tray }: CdromDrive): number {
  if (state.trayOpen) return MediumType.open;
  return tray.blocks === null ? MediumType.none : MediumType.data;
}

function startStop(packet: Uint8Array, drive: CdromDrive): Action {
  const [start, load] = [(packet[4] & 1) !== 0, (packet[4] & 2) !== 0];
  if (!load) return DONE;
  if (!start && drive.state.locked) return failed(Sense.removalPrevented);
  drive.tray.move(!start);
  return DONE;
}

function preventRemoval(packet: Uint8Array, drive: CdromDrive): Action {
  drive.tray.setLocked((packet[4] & 1) !== 0);
  return DONE;
}

/** The format is where MMC has it, or where SFF-8020i had it. */
function readToc(packet: Uint8Array, { tray }: CdromDrive): Action {
  const format = packet[2] & 0x0f || packet[9] >> 6;
  return reply(tableOfContents(tray.blocks ?? 0, format, packet[6], (packet[1] & 2) !== 0), bigEndian(packet, 7, 2));
}

/** Only asking now and then is supported, no waiting. A guest that learns of a new medium here knows of the time without. */
function getEvent(packet: Uint8Array, { state, tray }: CdromDrive): Action {
  if ((packet[1] & 1) === 0) return INVALID_FIELD;
  const { event } = state;
  const bytes = eventStatus(packet, event, state.trayOpen, tray.blocks !== null);
  if (bytes.length > 4) {
    state.event = MediumEvent.none;
    if (event === MediumEvent.newMedium && state.change === Change.absent) state.change = Change.changed;
  }
  return reply(bytes, bigEndian(packet, 7, 2));
}

const commands: Readonly<Record<number, CdCommand>> = {
  [Operation.testUnitReady]: { needsMedium: true, run: () => DONE },
  [Operation.requestSense]: { isUnattended: true, run: requestSense },
  [Operation.read6]: { needsMedium: true, run: read },
  [Operation.read10]: { needsMedium: true, run: read },
  [Operation.read12]: { needsMedium: true, run: read },
  [Operation.readCd]: { needsMedium: true, run: readCd },
  [Operation.seek6]: { needsMedium: true, run: seek },
  [Operation.seek10]: { needsMedium: true, run: seek },
  [Operation.inquiry]: { isUnattended: true, run: inquire },
  [Operation.modeSense6]: { run: modeSense },
  [Operation.modeSense10]: { run: modeSense },
  [Operation.modeSelect6]: { run: (packet) => modeSelect(packet[4]) },
  [Operation.modeSelect10]: { run: (packet) => modeSelect(bigEndian(packet, 7, 2)) },
  [Operation.startStopUnit]: { run: startStop },
  [Operation.preventAllowMediumRemoval]: { run: preventRemoval },
  [Operation.synchronizeCache10]: { needsMedium: true, run: () => DONE },
  [Operation.readCapacity10]: {
    needsMedium: true,
    run: (_, { tray }) => reply(capacity10(tray.blocks!, BLOCK_BYTES), Infinity),
  },
  [Operation.readToc]: { needsMedium: true, run: readToc },
  [Operation.getConfiguration]: {
    isUnattended: true,
    run: (packet, { tray, connection }) =>
      reply(configuration(packet, tray.blocks, connection.physicalInterface), bigEndian(packet, 7, 2)),
  },
  [Operation.getEventStatusNotification]: { isUnattended: true, run: getEvent },
  [Operation.readDiscInformation]: {
    needsMedium: true,
    run: (packet) => reply(discInformation(), bigEndian(packet, 7, 2)),
  },
  [Operation.setCdSpeed]: { run: () => DONE },
  [Operation.mechanismStatus]: {
    run: (packet, { state }) => reply(mechanismStatus(state.trayOpen), bigEndian(packet, 8, 2)),
  },
  [Operation.reportLuns]: { isUnattended: true, run: (packet) => reply(unitList(), bigEndian(packet, 6, 4)) },
};

/** The operation codes of all commands. */
export const cdOperations: readonly number[] = Object.keys(commands).map(Number);

/** The action that a command block asks of a CD-ROM drive (MMC-3, 6). Conditions of the drive come before the command (4.2). */
export function cdAction(block: Uint8Array, drive: CdromDrive): Action {
  const command = commands[block[0]];
  if (command === undefined) return failed(Sense.unknownCommand);
  if (command.isUnattended !== true && drive.tray.isChanged) return failed(drive.tray.tellChange());
  if (command.needsMedium === true && drive.tray.blocks === null) return failed(drive.tray.tellAbsence());
  return command.run(block, drive);
}
