import { type SectorTransfer, type TransferMemory, transferSectors } from '../../disks/transfer.ts';
import { type BlockDone, type BlockError, type BlockPort, SECTOR_BYTES } from '../../host/block.ts';
import { longAt } from '../../memory/long.ts';
import { type Command, refuse } from './command.ts';
import type { Namespace } from './identify.ts';
import { dataMemory, type PageMemory } from './pointers.ts';
import type { Taken } from './queues.ts';
import {
  ALL_NAMESPACES,
  Code,
  IoCommand,
  MORE,
  MOST_NAMESPACES,
  NAMESPACE,
  NO_RETRY,
  TRANSFER_SHIFT,
} from './registers.ts';
import type { LogsState } from './state.ts';

/** The parts of the controller that commands for the disk work on. */
export interface IoSide extends PageMemory {
  readonly port: BlockPort;
  readonly namespace: Namespace;
  readonly logs: LogsState;
  /** Whether data may be lost until a flush: the driver has turned the write cache on. */
  readonly hasWriteCache: boolean;
  /** A command has ended. */
  end(taken: Taken, status: number): void;
}

/** Begins a command, which ends later. */
type Action = (taken: Taken, side: IoSide) => void;

const actions: Readonly<Record<number, Action>> = {
  [IoCommand.flush]: flush,
  [IoCommand.write]: (taken, side) => transfer(taken, side, 'write'),
  [IoCommand.read]: (taken, side) => transfer(taken, side, 'read'),
  [IoCommand.compare]: compare,
  [IoCommand.writeZeroes]: writeZeroes,
  [IoCommand.datasetManagement]: manageDatasets,
};

/** Bytes that a command moves at most. */
const MOST_BYTES = 4096 << TRANSFER_SHIFT;
/** Bit of dword 12: the data must be on stable storage when the command completes (FUA). */
const FORCE_UNIT_ACCESS = 1 << 30;

/**
 * Begins a command of another queue than the administrator's (6).
 * @throws Refusal
 */
export function beginIo(taken: Taken, side: IoSide): void {
  const { opcode, namespace, hasList } = taken.command;
  const isForAll = namespace === ALL_NAMESPACES;
  if (!isForAll && (namespace === 0 || namespace > MOST_NAMESPACES)) refuse(Code.invalidNamespace);
  if (namespace !== NAMESPACE && !(isForAll && opcode === IoCommand.flush)) refuse(Code.invalidField);
  const action = actions[opcode] ?? refuse(Code.invalidOpcode);
  if (hasList) refuse(Code.invalidField);
  action(taken, side);
}

/** Status of a command for each failure of the disk; null: it depends on the command. */
const failures: Readonly<Record<BlockError, number | null>> = {
  io: null,
  'read-only': Code.writeProtected | NO_RETRY,
  'no-space': Code.capacityExceeded | NO_RETRY,
  'no-medium': Code.notReady,
};

/** Ends a command when the disk has answered; `otherwise` is for what the host says no more of. */
function ending(taken: Taken, side: IoSide, otherwise: number): BlockDone {
  return (error) => {
    if (error === null) side.end(taken, Code.success);
    else side.end(taken, failures[error] ?? mediaError(taken, side, otherwise));
  };
}

/** The log of errors tells of it. */
function mediaError({ queue, command }: Taken, { logs }: IoSide, code: number): number {
  const status = code | MORE;
  logs.mediaErrors++;
  const error = { errorQueue: queue, errorCommand: command.id, errorStatus: status, errorBlock: command.block };
  Object.assign(logs, error);
  return status;
}

function flush(taken: Taken, side: IoSide): void {
  side.port.flush(ending(taken, side, Code.writeFault));
}

/** First sector and bytes of what a command is about: sectors that are there. */
function checkedRange(command: Command, { sectors }: Namespace): { sector: number; bytes: number } {
  const sector = command.block;
  const count = (command.dword(12) & 0xffff) + 1;
  if (sector + count > sectors) refuse(Code.outOfRange);
  return { sector, bytes: count * SECTOR_BYTES };
}

function checkWritable({ isReadOnly }: Namespace): void {
  if (isReadOnly) refuse(Code.writeProtected);
}

/** Memory of a command that is under way: once its queue is gone it is the driver's again. */
function memoryOf(taken: Taken, side: IoSide, bytes: number): TransferMemory {
  const data = dataMemory(side, taken.command, bytes);
  return {
    read: (at, target) => void data.read(at, target),
    write: (at, bytes) => void data.write(at, bytes),
    get isAbandoned() {
      return taken.isAbandoned;
    },
  };
}

function transfer(taken: Taken, side: IoSide, kind: 'read' | 'write'): void {
  const { command } = taken;
  const { logs, namespace } = side;
  if ((command.dword(12) & 0xffff) * SECTOR_BYTES >= MOST_BYTES) refuse(Code.invalidField);
  const range = checkedRange(command, namespace);
  if (kind === 'write') checkWritable(namespace);
  const memory = memoryOf(taken, side, range.bytes);
  if (kind === 'write') {
    write(taken, side, { kind, ...range }, memory);
    return;
  }
  const ended = ending(taken, side, Code.readError);
  transferSectors(side.port, { kind, ...range }, memory, (error) => {
    if (error === null) count(logs, kind, range.bytes);
    ended(error);
  });
}

/** Counts a completed transfer. Counting at the end is right for a loaded state, too, which restarts the commands in progress. */
function count(logs: LogsState, kind: SectorTransfer['kind'], bytes: number): void {
  if (kind === 'zero') return;
  const isRead = kind === 'read';
  logs[isRead ? 'reads' : 'writes']++;
  logs[isRead ? 'sectorsRead' : 'sectorsWritten'] += bytes / SECTOR_BYTES;
}

const noMemory: TransferMemory = { read: () => {}, write: () => {} };

function writeZeroes(taken: Taken, side: IoSide): void {
  const range = checkedRange(taken.command, side.namespace);
  checkWritable(side.namespace);
  write(taken, side, { kind: 'zero', ...range }, noMemory);
}

function write(taken: Taken, side: IoSide, sectors: SectorTransfer, memory: TransferMemory): void {
  const ended = ending(taken, side, Code.writeFault);
  const mustStay = !side.hasWriteCache || (taken.command.dword(12) & FORCE_UNIT_ACCESS) !== 0;
  transferSectors(side.port, sectors, memory, (error) => {
    if (error === null) count(side.logs, sectors.kind, sectors.bytes);
    if (error === null && mustStay) side.port.flush(ended);
    else ended(error);
  });
}

function compare(taken: Taken, side: IoSide): void {
  const { command } = taken;
  if ((command.dword(12) & 0xffff) * SECTOR_BYTES >= MOST_BYTES) refuse(Code.invalidField);
  const range = checkedRange(command, side.namespace);
  const data = memoryOf(taken, side, range.bytes);
  let isSame = true;
  const memory: TransferMemory = {
    read: () => {},
    write: (at, bytes) => {
      const expected = new Uint8Array(bytes.length);
      data.read(at, expected);
      if (bytes.some((byte, n) => byte !== expected[n])) isSame = false;
    },
    get isAbandoned() {
      return taken.isAbandoned || !isSame;
    },
  };
  const ended = ending(taken, side, Code.readError);
  transferSectors(side.port, { kind: 'read', ...range }, memory, (error) => {
    if (error === null && !isSame) side.end(taken, Code.compareFailure);
    else ended(error);
  });
}

/** A range of dataset management (6.7): attributes, blocks, the first one. */
const RANGE_BYTES = 16;
const DEALLOCATE = 4;

function manageDatasets(taken: Taken, side: IoSide): void {
  const { command } = taken;
  const isDeallocation = (command.dword(11) & DEALLOCATE) !== 0;
  if (isDeallocation) checkWritable(side.namespace);
  const count = (command.dword(10) & 0xff) + 1;
  const bytes = new Uint8Array(count * RANGE_BYTES);
  dataMemory(side, command, bytes.length).read(0, bytes);
  discard(taken, side, isDeallocation ? rangesIn(bytes, side.namespace) : []);
}

/** The ranges that are on the disk: a driver's hints about others are ignored, as they are advice. */
function rangesIn(bytes: Uint8Array, { sectors }: Namespace): { sector: number; count: number }[] {
  const view = new DataView(bytes.buffer);
  return Array.from({ length: bytes.length / RANGE_BYTES }, (_, n) => {
    const at = n * RANGE_BYTES;
    const sector = longAt(view, at + 8);
    return { sector, count: view.getUint32(at + 4, true) };
  }).filter(({ sector, count }) => count > 0 && sector + count <= sectors);
}

/** One after the other. */
function discard(taken: Taken, side: IoSide, ranges: readonly { sector: number; count: number }[]): void {
  const [range, ...others] = ranges;
  const ended = ending(taken, side, Code.writeFault);
  if (range === undefined || taken.isAbandoned) ended(null);
  else
    side.port.discard(range.sector, range.count, (error) => {
      if (error === null) discard(taken, side, others);
      else ended(error);
    });
}
