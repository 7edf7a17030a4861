import { type TransferMemory, transferSectors } from '../disks/transfer.ts';
import { type BlockDone, type BlockPort, SECTOR_BYTES } from '../host/block.ts';
import { joinComponents } from '../snapshot/components.ts';
import { type Component, describe, starting, u32 } from '../snapshot/describe.ts';
import { type Action, failed, reply, senseOf } from './action.ts';
import { wholeSectors } from './cdrom/raw.ts';
import { BLOCK_BYTES, RAW_BYTES } from './cdrom/registers.ts';
import { CdUnit } from './cdrom/unit.ts';
import { perform } from './disk/perform.ts';
import { DiskUnit } from './disk/unit.ts';
import { Operation, ScsiStatus, Sense } from './operations.ts';
import { senseData } from './replies.ts';
import type { ScsiUnit } from './unit.ts';

/** The host's memory for a command's data. */
export interface ScsiMemory extends TransferMemory {
  /** Bytes that there is room for, or that the host sends. */
  readonly length: number;
}

/** How a command has ended. */
export interface ScsiOutcome {
  readonly status: number;
  /** Sense data, with the status CHECK CONDITION; else none. */
  readonly sense: Uint8Array | null;
  /** Bytes that were moved. */
  readonly moved: number;
  /** The host's memory is too short for the command, which has done nothing. */
  readonly isTooShort: boolean;
}

/** Tells how a command has ended, at once or later. */
export type ScsiDone = (outcome: ScsiOutcome) => void;

/** A drive on a bus of SCSI. */
export interface ScsiDrive {
  /** Unique in the machine; names the drive's state. */
  readonly name: string;
  /** Its number on the bus. */
  readonly id: number;
  readonly media: 'disk' | 'cdrom';
  /** Default: its name. */
  readonly serial?: string;
  /** Its medium. */
  readonly port: BlockPort;
}

const targetState = describe({
  /** Unit attention that the next command reports, one of Sense; after power-on a reset is reported (SAM-3, 5.9.7). */
  attention: starting(u32, Sense.powerOnOrReset),
});

const IDENTITY = { vendor: 'rawiron', revision: '1.0' } as const;
/** Commands that are executed although there is a condition to be told of (SAM-3, 5.9.5). */
const unattended: readonly number[] = [Operation.inquiry, Operation.reportLuns, Operation.requestSense];
const NOTHING = { status: ScsiStatus.good, sense: null, moved: 0, isTooShort: false } as const;
/** Whole sectors of a CD that are read at once. */
const RAW_BLOCKS = 32;

/** A target with one logical unit, number 0: its drive's commands, with the host's memory as the place of their data. */
export class ScsiTarget {
  readonly component: Component;
  readonly id: number;
  readonly #unit: ScsiUnit;
  readonly #state = targetState.create();

  constructor({ name, id, media, serial = name, port }: ScsiDrive) {
    this.id = id;
    const isDisk = media === 'disk';
    const identity = { ...IDENTITY, product: isDisk ? 'SCSI disk' : 'CD-ROM', serial };
    this.#unit = isDisk ? new DiskUnit('unit', identity, port) : new CdUnit('unit', identity, port);
    this.component = joinComponents(name, [targetState.bind('target', this.#state), this.#unit.component]);
  }

  /** Bytes of a block. */
  get blockBytes(): number {
    return this.#unit.blockBytes;
  }

  /** Power on, and resets of the bus. Commands that are under way are forgotten. */
  reset(): void {
    this.#unit.port.cancel();
    this.#unit.reset();
    this.#state.attention = Sense.powerOnOrReset;
  }

  /** Forgets commands that are under way; a state was loaded, or their host wants nothing of them any more. */
  cancel(): void {
    this.#unit.port.cancel();
  }

  /** The guest looks whether commands have ended. */
  polled(): void {
    this.#unit.port.polled();
  }

  /** Executes a command block of 16 bytes. `done` is called at once, or when the medium has answered. */
  execute(block: Uint8Array, memory: ScsiMemory, done: ScsiDone): void {
    const action = this.#actionOf(block);
    if (block[0] !== Operation.requestSense) this.#unit.sense = Sense.none;
    this.#perform(action, memory, done);
  }

  #actionOf(block: Uint8Array): Action {
    const { attention } = this.#state;
    if (attention !== Sense.none) {
      if (block[0] === Operation.requestSense) return this.#requestSense(block, attention);
      if (!unattended.includes(block[0])) {
        this.#state.attention = Sense.none;
        return failed(attention);
      }
    }
    if (this.#unit.isChanged && !unattended.includes(block[0])) return failed(this.#unit.tellChange());
    return this.#unit.action(block);
  }

  #requestSense(block: Uint8Array, attention: number): Action {
    this.#state.attention = Sense.none;
    return reply(senseData(attention), block[4]);
  }

  #perform(action: Action, memory: ScsiMemory, done: ScsiDone): void {
    switch (action.kind) {
      case 'done':
        done(NOTHING);
        break;
      case 'failed':
        done(this.#failure(action.sense));
        break;
      case 'reply':
        done({ ...NOTHING, moved: send(action.bytes, memory) });
        break;
      case 'parameters':
        this.#takeParameters(action, memory, done);
        break;
      case 'read':
      case 'write':
      case 'compare':
        this.#move(action, memory, done);
        break;
      default:
        this.#finish(action, 0, done);
    }
  }

  #failure(sense: number): ScsiOutcome {
    this.#unit.sense = sense;
    return { ...NOTHING, status: ScsiStatus.checkCondition, sense: senseData(sense) };
  }

  #takeParameters({ length, take }: Extract<Action, { kind: 'parameters' }>, memory: ScsiMemory, done: ScsiDone): void {
    if (memory.length < length) {
      done({ ...NOTHING, isTooShort: true });
      return;
    }
    const bytes = new Uint8Array(length);
    memory.read(0, bytes);
    const rest = take(bytes);
    if (rest.kind === 'done') done({ ...NOTHING, moved: length });
    else if (rest.kind === 'failed') done(this.#failure(rest.sense));
    else this.#finish(rest, length, done);
  }

  /** Does what moves no data between the host and the medium. */
  #finish(action: Action, moved: number, done: ScsiDone): void {
    const ended: BlockDone = (error) =>
      done(error === null ? { ...NOTHING, moved } : this.#failure(senseOf(error, Sense.writeError)));
    if (!perform(this.#unit.port, action, ended)) done({ ...NOTHING, moved });
  }

  #move(action: Extract<Action, { kind: 'read' | 'write' | 'compare' }>, memory: ScsiMemory, done: ScsiDone): void {
    const { blockBytes, port } = this.#unit;
    const isRaw = action.kind === 'read' && action.isRaw;
    const wanted = action.count * (isRaw ? RAW_BYTES : blockBytes);
    if (memory.length < wanted) {
      done({ ...NOTHING, isTooShort: true });
      return;
    }
    const sector = (action.block * blockBytes) / SECTOR_BYTES;
    const ended = this.#endOfTransfer(action, wanted, done);
    if (isRaw) readRaw(port, action, this.#untilChange(memory), ended);
    else if (action.kind === 'compare') this.#compare({ sector, bytes: wanted }, memory, ended, done);
    else transferSectors(port, { kind: action.kind, sector, bytes: wanted }, this.#untilChange(memory), ended);
  }

  #endOfTransfer(action: Action, moved: number, done: ScsiDone): BlockDone {
    return (error) => {
      const unit = this.#unit;
      if (action.kind === 'read' && unit.isChanged) done(this.#failure(unit.tellChange()));
      else if (error !== null)
        done(this.#failure(senseOf(error, action.kind === 'write' ? Sense.writeError : Sense.readError)));
      else if (action.kind === 'write' && action.mustStay) this.#finish(action, moved, done);
      else done({ ...NOTHING, moved });
    };
  }

  /** Memory that nothing of the next medium reaches, when the medium is changed under a read. */
  #untilChange(memory: ScsiMemory): TransferMemory {
    const unit = this.#unit;
    return {
      read: (at, target) => memory.read(at, target),
      write: (at, bytes) => memory.write(at, bytes),
      get isAbandoned() {
        return memory.isAbandoned === true || unit.isChanged;
      },
    };
  }

  #compare(
    { sector, bytes }: { readonly sector: number; readonly bytes: number },
    memory: ScsiMemory,
    ended: BlockDone,
    done: ScsiDone,
  ): void {
    let isSame = true;
    const comparison: TransferMemory = {
      read: () => {},
      write: (at, found) => {
        const expected = new Uint8Array(found.length);
        memory.read(at, expected);
        if (found.some((byte, n) => byte !== expected[n])) isSame = false;
      },
      get isAbandoned() {
        return memory.isAbandoned === true || !isSame;
      },
    };
    transferSectors(this.#unit.port, { kind: 'read', sector, bytes }, comparison, (error) => {
      if (error === null && !isSame) done(this.#failure(Sense.miscompare));
      else ended(error);
    });
  }
}

/** Gives as many bytes as there is room for. */
function send(bytes: Uint8Array, memory: ScsiMemory): number {
  const part = bytes.subarray(0, memory.length);
  if (part.length > 0) memory.write(0, part);
  return part.length;
}

/** Reads whole sectors of a CD, a part at a time. */
function readRaw(
  port: BlockPort,
  { block, count }: Extract<Action, { kind: 'read' }>,
  memory: TransferMemory,
  done: BlockDone,
): void {
  const readFrom = (before: number): void => {
    if (before === count) {
      done(null);
      return;
    }
    const part = Math.min(RAW_BLOCKS, count - before);
    const data = new Uint8Array(part * BLOCK_BYTES);
    port.read(((block + before) * BLOCK_BYTES) / SECTOR_BYTES, data, (error) => {
      if (error !== null || memory.isAbandoned) {
        done(error);
        return;
      }
      memory.write(before * RAW_BYTES, wholeSectors(data, block + before));
      readFrom(before + part);
    });
  };
  readFrom(0);
}
