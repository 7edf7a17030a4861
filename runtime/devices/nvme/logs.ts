import { longOf } from '../../memory/long.ts';
import { type Command, refuse } from './command.ts';
import { putText } from './identify.ts';
import {
  AdminCommand,
  ALL_NAMESPACES,
  Code,
  FIRMWARE,
  IoCommand,
  MOST_NAMESPACES,
  NAMESPACE,
  Temperature,
} from './registers.ts';
import type { LogsState } from './state.ts';

/** Pages (5.14.1): the number, the bytes, and what fills them. */
const Page = { errors: 1, smart: 2, firmware: 3, changedNamespaces: 4, commands: 5 } as const;

/** The parts of the controller that the logs need. */
export interface LogsSide {
  readonly state: LogsState;
  readonly isTooWarm: boolean;
}

interface PageKind {
  readonly bytes: number;
  fill(view: DataView, side: LogsSide): void;
  readonly isOfNamespace?: boolean;
}

const pages: Readonly<Record<number, PageKind>> = {
  [Page.errors]: { bytes: 64, fill: fillErrors },
  [Page.smart]: { bytes: 512, fill: fillSmart, isOfNamespace: true },
  [Page.firmware]: {
    bytes: 512,
    fill: (view) => {
      view.setUint8(0, 1);
      putText(new Uint8Array(view.buffer), 8, FIRMWARE.padEnd(8));
    },
  },
  [Page.changedNamespaces]: {
    bytes: 4096,
    fill: (view, { state }) => view.setUint32(0, state.namespaceChanged ? NAMESPACE : 0, true),
  },
  [Page.commands]: { bytes: 4096, fill: fillCommands },
};

/** Bits of dword 10: the event is reported again only after a read without this. */
const RETAIN = 1 << 15;

/** A part of a log, as a command asks for it. */
export interface LogPart {
  readonly page: number;
  readonly bytes: Uint8Array;
  /** The driver has read it: what it tells of may be told again. */
  readonly isRead: boolean;
}

/**
 * The data for a Get Log Page command.
 * @throws Refusal
 */
export function logPage(command: Command, side: LogsSide): LogPart {
  const first = command.dword(10);
  const page = first & 0xff;
  const wanted = 4 * ((first >>> 16) + (command.dword(11) & 0xffff) * 0x10000 + 1);
  const offset = longOf(command.dword(12), command.dword(13));
  const kind = pages[page] ?? refuse(Code.invalidLogPage);
  if (kind.isOfNamespace) checkNamespace(command.namespace);
  if (offset % 4 !== 0 || offset >= kind.bytes) refuse(Code.invalidField);
  const view = new DataView(new ArrayBuffer(kind.bytes));
  kind.fill(view, side);
  const bytes = new Uint8Array(view.buffer).subarray(offset, offset + wanted);
  const isRead = (first & RETAIN) === 0;
  if (isRead && page === Page.changedNamespaces) side.state.namespaceChanged = false;
  return { page, bytes, isRead };
}

function checkNamespace(number: number): void {
  if (number === ALL_NAMESPACES) return;
  if (number === 0 || number > MOST_NAMESPACES) refuse(Code.invalidNamespace);
  if (number !== NAMESPACE) refuse(Code.invalidNamespace);
}

function putLong(view: DataView, at: number, value: number): void {
  view.setUint32(at, value % 2 ** 32, true);
  view.setUint32(at + 4, Math.floor(value / 2 ** 32) % 2 ** 32, true);
}

/** The last error, if there was one. */
function fillErrors(view: DataView, { state }: LogsSide): void {
  if (state.mediaErrors === 0) return;
  putLong(view, 0, state.mediaErrors);
  view.setUint16(8, state.errorQueue, true);
  view.setUint16(10, state.errorCommand, true);
  view.setUint16(12, state.errorStatus << 1, true);
  // No field of the command is to blame.
  view.setUint16(14, 0xffff, true);
  putLong(view, 16, state.errorBlock);
  view.setUint32(24, NAMESPACE, true);
}

const TOO_WARM = 2;
/** Sectors that the counters count together. */
const DATA_UNIT = 1000;

function fillSmart(view: DataView, { state, isTooWarm }: LogsSide): void {
  view.setUint8(0, isTooWarm ? TOO_WARM : 0);
  view.setUint16(1, Temperature.now, true);
  putLong(view, 32, Math.ceil(state.sectorsRead / DATA_UNIT));
  putLong(view, 48, Math.ceil(state.sectorsWritten / DATA_UNIT));
  putLong(view, 64, state.reads);
  putLong(view, 80, state.writes);
  putLong(view, 160, state.mediaErrors);
  putLong(view, 176, state.mediaErrors);
}

const SUPPORTED = 1;
const CHANGES_BLOCKS = 2;
const IO_COMMANDS_AT = 1024;

function fillCommands(view: DataView): void {
  const changing: readonly number[] = [
    IoCommand.flush,
    IoCommand.write,
    IoCommand.writeZeroes,
    IoCommand.datasetManagement,
  ];
  for (const opcode of Object.values(AdminCommand)) view.setUint32(4 * opcode, SUPPORTED, true);
  for (const opcode of Object.values(IoCommand))
    view.setUint32(IO_COMMANDS_AT + 4 * opcode, SUPPORTED | (changing.includes(opcode) ? CHANGES_BLOCKS : 0), true);
}
