import type { ReportGuestError } from '../bus/guest-error.ts';
import type { BlockPort } from '../host/block.ts';
import { bytes, type Component, choice, describe, flag, type StateOf, u8, u32 } from '../snapshot/describe.ts';
import { transferBuffer } from '../snapshot/transfer-buffer.ts';
import { Device, ErrorBit, Register, Status } from './registers.ts';

/** Status of a drive without a command. */
export const READY = Status.ready | Status.seekComplete;

/**
 * Bytes of the largest request to a drive's medium, and of a drive's buffer. Each request costs a way to the host and back,
 * so that it is more than systems ask for at once.
 */
export const CHUNK_BYTES = 1 << 20;

/** Phases of a drive. From `reading` on it waits for its medium. */
export const Phase = {
  idle: 0,
  /** The host sends a packet, takes what is in the buffer, or fills it. */
  packet: 1,
  toHost: 2,
  fromHost: 3,
  reading: 4,
  writing: 5,
  flushing: 6,
  discarding: 7,
} as const;

export const driveState = describe({
  /** By their offsets: features, sector count, the three of the address, device. */
  registers: bytes(8),
  /** The values before the last write: the high bytes of 48-bit commands. */
  previous: bytes(8),
  status: u8,
  error: u8,
  /** The drive asks for an interrupt. */
  interrupt: flag,
  /** The command under way, or the last one. */
  command: u8,
  phase: choice(Object.values(Phase)),
  /** The buffer is moved by the bus master, and not by the data port. */
  dma: flag,
  /** Most bytes of a block that is moved at one request. */
  blockBytes: u32,
  buffer: transferBuffer(CHUNK_BYTES),
});

/** The DMA engine that moves a drive's data from and to the guest's memory, without the data port. */
export interface DataMover {
  /** It may move data now. */
  readonly active: boolean;
  /** Moves bytes of a drive to memory; how many there was room for. */
  toMemory(bytes: Uint8Array): number;
  /** Fills `target` from memory; how many bytes there were. */
  fromMemory(target: Uint8Array): number;
  /** The drive has no more to move. */
  finish(): void;
}

/** The controller at the other end of a drive's cable. */
export interface Cable {
  /** For commands of DMA. */
  readonly mover: DataMover;
  readonly guestError: ReportGuestError | undefined;
  /** The drive's interrupt request has changed. */
  interruptChanged(): void;
  /** For who does not poll the drive's registers. */
  happened(event: DriveEvent): void;
}

/** A block waits at the data port, to be read or written; a command has ended, and the registers say how; it is in the drive's queue now. */
export type DriveEvent = 'block' | 'ended' | 'queued';

/**
 * How a command was begun: it is done, or goes on by events, or is in the drive's queue, which takes the next one, or failed with this bit of the error
 * register.
 */
export type Outcome = 'done' | 'pending' | 'queued' | number;

/** The part that disks and CD-ROM drives share: registers, and the transfer of the buffer's bytes. */
export abstract class Drive {
  protected readonly common: StateOf<typeof driveState>;
  protected readonly port: BlockPort;
  readonly #cable: Cable;

  constructor(common: StateOf<typeof driveState>, port: BlockPort, cable: Cable) {
    this.common = common;
    this.#cable = cable;
    this.port = port;
  }

  /** Its state. */
  abstract readonly component: Component;
  /** Executes a command; the drive is idle. */
  protected abstract execute(code: number): Outcome;
  /** All of the buffer has been moved. */
  protected abstract moved(): void;
  /** A block of `bytes` is about to be moved by the data port. */
  protected abstract blockBegins(bytes: number): void;
  /** Begins the request of the phase; after a load it is repeated. */
  protected abstract request(): void;
  /** The values of registers after a reset, by which a drive tells its kind (9.12). */
  protected abstract readonly signature: { readonly mid: number; readonly high: number; readonly status: number };

  get status(): number {
    return this.common.status;
  }

  /** The guest looks at what tells whether a command is done. */
  polled(): void {
    this.port.polled();
  }

  get interrupt(): boolean {
    return this.common.interrupt;
  }

  get busy(): boolean {
    return (this.common.status & (Status.busy | Status.dataRequest)) !== 0;
  }

  /** A register of the command block but data and status; `high`: what was written before the last. */
  readRegister(register: number, high: boolean): number {
    const { registers, previous, error } = this.common;
    if (high) return previous[register];
    return register === Register.error ? error : registers[register];
  }

  writeRegister(register: number, value: number): void {
    const { registers, previous } = this.common;
    previous[register] = registers[register];
    registers[register] = value;
  }

  /** A command that was not for the other drive. One that comes while another is executed is ignored. */
  command(code: number): void {
    this.setInterrupt(false);
    if (this.isReset(code)) {
      this.identifyItself();
      this.#cable.happened('ended');
    } else if (!this.busy) this.#begin(code);
  }

  #begin(code: number): void {
    this.common.command = code;
    this.common.error = 0;
    const outcome = this.execute(code);
    if (outcome === 'done') this.endWith(READY);
    else if (outcome === 'queued') this.#queued();
    else if (outcome !== 'pending') this.fail(outcome);
  }

  /** The next command of the queue may be sent. */
  #queued(): void {
    this.common.status = READY;
    this.#cable.happened('queued');
  }

  /** Whether a command resets the drive. */
  protected isReset(_code: number): boolean {
    return false;
  }

  askForInterrupt(): void {
    this.setInterrupt(true);
  }

  acknowledge(): void {
    this.setInterrupt(false);
  }

  /** A drive that is held in reset is busy. */
  holdReset(): void {
    this.abandon();
    this.common.status = Status.busy | Status.seekComplete;
  }

  /** The end of a reset, or of EXECUTE DEVICE DIAGNOSTIC: the drive tells what it is. */
  identifyItself(): void {
    this.abandon();
    this.common.previous.fill(0);
    this.putSignature();
    this.common.status = this.signature.status;
    this.common.error = 1;
  }

  protected putSignature(): void {
    const { registers } = this.common;
    const { mid, high } = this.signature;
    registers.set([1, 1, mid, high, Device.ones | (registers[Register.device] & Device.second)], Register.sectorCount);
  }

  /** Power on and hard reset. */
  reset(): void {
    this.abandon();
    this.common.registers.fill(0);
    this.identifyItself();
  }

  /** Forgets commands in its queue, if it has one. */
  abandonQueue(): void {}

  /** Forgets what is under way. */
  protected abandon(): void {
    this.port.cancel();
    this.common.buffer.clear();
    this.common.phase = Phase.idle;
    this.setInterrupt(false);
  }

  /** Requests of before the load are forgotten; the one that was under way when the state was saved is made again. */
  restored(): void {
    this.port.cancel();
    if (this.common.phase >= Phase.reading) this.request();
  }

  /** Rejects a command that the drive does not know. */
  protected unknown(what: string, code: number): Outcome {
    this.#cable.guestError?.(`ATA: ${what}`, code);
    return ErrorBit.abort;
  }

  protected setInterrupt(asked: boolean): void {
    this.common.interrupt = asked;
    this.#cable.interruptChanged();
  }

  /** The end of a command, or a point where the host has something to do. */
  protected endWith(status: number): void {
    this.common.phase = Phase.idle;
    this.common.status = status;
    this.#cable.mover.finish();
    this.setInterrupt(true);
    this.#cable.happened('ended');
  }

  /** The host has read the last block: it needs no interrupt. */
  protected endWithoutInterrupt(): void {
    this.common.phase = Phase.idle;
    this.common.status = READY;
    this.#cable.happened('ended');
  }

  protected fail(bit: number): void {
    this.common.error = bit;
    this.common.buffer.clear();
    this.endWith(Status.ready | Status.error);
  }

  /** Asks the medium for something; `phase` says for what. */
  protected begin(phase: number): void {
    this.common.phase = phase;
    this.common.status = Status.busy | READY;
    this.request();
  }

  /** Has the host take what the buffer holds, or fill it. */
  protected move(phase: typeof Phase.toHost | typeof Phase.fromHost | typeof Phase.packet): void {
    this.common.phase = phase;
    this.common.status = READY | Status.dataRequest;
    if (this.common.dma && phase !== Phase.packet) this.dmaStarted();
    else this.#beginBlock();
  }

  #beginBlock(): void {
    const { buffer, blockBytes } = this.common;
    buffer.beginBlock(blockBytes);
    this.blockBegins(buffer.blockEnd - buffer.position);
    this.#cable.happened('block');
  }

  get #movesByPort(): boolean {
    const { phase, dma } = this.common;
    return phase === Phase.packet || (!dma && (phase === Phase.toHost || phase === Phase.fromHost));
  }

  /** Two or four bytes of the data port; 0 where there are none. */
  readData(size: number): number {
    if (!this.#movesByPort || this.common.phase !== Phase.toHost) return 0;
    const value = this.common.buffer.take(size);
    this.#afterPort();
    return value;
  }

  writeData(size: number, value: number): void {
    if (!this.#movesByPort || this.common.phase === Phase.toHost) return;
    this.common.buffer.give(size, value);
    this.#afterPort();
  }

  /** As many reads of the data port as fill `target`, or the block has; bytes read. */
  readBlock(size: number, target: Uint8Array): number {
    if (!this.#movesByPort || this.common.phase !== Phase.toHost) return 0;
    const { buffer } = this.common;
    const done = buffer.takeMany(wholeElements(target, size, buffer.blockEnd - buffer.position));
    if (done > 0) this.#afterPort();
    return done;
  }

  writeBlock(size: number, source: Uint8Array): number {
    if (!this.#movesByPort || this.common.phase === Phase.toHost) return 0;
    const { buffer } = this.common;
    const done = buffer.giveMany(wholeElements(source, size, buffer.blockEnd - buffer.position));
    if (done > 0) this.#afterPort();
    return done;
  }

  #afterPort(): void {
    const { buffer } = this.common;
    if (!buffer.blockMoved) return;
    if (buffer.left === 0) this.#allMoved();
    else this.#beginBlock();
  }

  #allMoved(): void {
    this.common.status &= ~Status.dataRequest;
    this.moved();
  }

  /** Bytes of the block that the data port is to give or to take, if it is whole and none of it was moved; 0: no block waits. */
  get waitingBlock(): number {
    const { buffer } = this.common;
    return this.#movesByPort ? buffer.blockEnd - buffer.position : 0;
  }

  get wantsPacket(): boolean {
    return this.common.phase === Phase.packet;
  }

  /** The data port gives bytes to the host. */
  get givesBlock(): boolean {
    return this.common.phase === Phase.toHost;
  }

  /** The mover may move the buffer now. */
  dmaStarted(): void {
    const { phase, dma, buffer } = this.common;
    const { mover } = this.#cable;
    if (!dma || !mover.active || (phase !== Phase.toHost && phase !== Phase.fromHost)) return;
    const { rest } = buffer;
    buffer.position += phase === Phase.toHost ? mover.toMemory(rest) : mover.fromMemory(rest);
    if (buffer.left === 0) this.#allMoved();
    else this.#regionsTooShort();
  }

  /** The guest has listed less memory than the command moves: there is no interrupt, so that it notices. */
  #regionsTooShort(): void {
    this.#cable.mover.finish();
    this.abandon();
    this.common.status = READY;
    this.#cable.happened('ended');
  }
}

function wholeElements(bytes: Uint8Array, size: number, left: number): Uint8Array {
  const length = Math.min(bytes.length, left);
  return bytes.subarray(0, length - (length % size));
}
