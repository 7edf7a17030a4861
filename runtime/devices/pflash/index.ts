import type { ReportGuestError } from '../../bus/guest-error.ts';
import { type BlockPort, SECTOR_BYTES } from '../../host/block.ts';
import type { ChipMemory, MemoryChip } from '../../memory/chip-memory.ts';
import type { Component } from '../../snapshot/describe.ts';
import type { Clock } from '../../time/clock.ts';
import type { EventQueue, Timer } from '../../time/events.ts';
import { BLOCK_BYTES, BUFFER_BYTES, Command, Confirm, Identifier, NOWHERE, queryTable, Status } from './registers.ts';
import { flashState } from './state.ts';

export interface ParallelFlashOptions {
  readonly name: string;
  /** Where it stands. */
  readonly base: number;
  /** The initial contents. */
  readonly contents: Uint8Array;
  /** Where it is kept. */
  readonly port: BlockPort;
  readonly memoryChip: (chip: MemoryChip) => ChipMemory;
  readonly clock: Clock;
  readonly events: EventQueue;
  readonly guestError: ReportGuestError;
}

/** How long a change may wait for others before it goes to the host, in nanoseconds, unless the guest reads the array sooner. */
const WRITE_BACK_DELAY = 1_000_000;

/**
 * A flash chip with Intel's command set. What a command does is done at once. A program clears bits and sets none; a block is erased when that is
 * confirmed; a second cycle that belongs to no first one is a sequence error (data sheet; QEMU's chip sets bits, erases at the first
 * cycle, and shows its array after a wrong one).
 */
export class ParallelFlash {
  readonly component: Component;
  readonly #state = flashState.create();
  readonly #port: BlockPort;
  readonly #memory: ChipMemory;
  readonly #query: Uint8Array;
  readonly #clock: Clock;
  readonly #timer: Timer;
  readonly #guestError: ReportGuestError;

  constructor(options: ParallelFlashOptions) {
    const { name, base, contents, port, clock, events, guestError } = options;
    this.#port = port;
    this.#clock = clock;
    this.#guestError = guestError;
    this.#query = queryTable(contents.length);
    this.#memory = options.memoryChip({
      name,
      base,
      contents,
      read: (offset, size) => this.#read(offset, size),
      write: (offset, size, value) => this.#write(offset, size, value),
    });
    this.#timer = events.timer(name, () => this.#writeBack());
    const restored = () => this.#memory.showMemory(this.#state.shows === Command.readArray);
    this.component = flashState.bind(name, this.#state, { restored });
  }

  /** The array stays, as it does without power. */
  reset(): void {
    this.#showArray();
    Object.assign(this.#state, flashState.create());
    this.#timer.disarm();
  }

  #showArray(): void {
    this.#show(Command.readArray);
    this.#writeBack();
  }

  #show(command: number): void {
    this.#state.shows = command;
    this.#memory.showMemory(command === Command.readArray);
  }

  /** In halves of four bytes the status is there twice, as in QEMU. */
  #read(offset: number, size: number): number {
    const { shows, status } = this.#state;
    if (shows === Command.readStatus) return size === 4 ? status | (status << 16) : status;
    if (shows === Command.readQuery) return this.#query[offset & 0xff] ?? 0;
    const isLock = offset % BLOCK_BYTES === Identifier.lock;
    return isLock && this.#isLocked(offset) ? 1 : 0;
  }

  #write(offset: number, size: number, value: number): void {
    const { pending } = this.#state;
    if (pending === Command.bufferedProgram) this.#continueBuffer(offset, size, value);
    else if (pending === 0) this.#begin(value & 0xff);
    else {
      this.#state.pending = 0;
      this.#finish(pending, offset, size, value);
    }
  }

  #begin(command: number): void {
    switch (command) {
      case Command.readStatus:
      case Command.readIdentifier:
      case Command.readQuery:
        this.#show(command);
        break;
      case Command.clearStatus:
        this.#state.status = 0;
        this.#showArray();
        break;
      case Command.blockErase:
      case Command.bufferedProgram:
        this.#state.status |= Status.ready;
        this.#await(command);
        break;
      case Command.byteProgram:
      case Command.byteProgramToo:
      case Command.lockSetup:
        this.#await(command);
        break;
      default:
        this.#showArray();
    }
  }

  #await(command: number): void {
    Object.assign(this.#state, { pending: command, isCounted: false, isBufferLeft: false, bufferStart: NOWHERE });
    this.#state.buffer.fill(0xff);
    this.#show(Command.readStatus);
  }

  /** The second of two cycles. */
  #finish(command: number, offset: number, size: number, value: number): void {
    const second = value & 0xff;
    const isProgram = command === Command.byteProgram || command === Command.byteProgramToo;
    if (isProgram) this.#program(offset, bytesOf(value, size));
    else if (second === Confirm.readArray) this.#showArray();
    else if (command === Command.blockErase && second === Confirm.confirm) this.#erase(offset);
    else if (command === Command.lockSetup && second === Confirm.confirm) this.#lock(offset, false);
    else if (command === Command.lockSetup && second === Confirm.lock) this.#lock(offset, true);
    else this.#failSequence(command);
  }

  /** How many cycles with data, less one; these; the confirmation. */
  #continueBuffer(offset: number, size: number, value: number): void {
    const state = this.#state;
    if (!state.isCounted) {
      state.isCounted = true;
      state.dataCycles = (value & 0xff) + 1;
    } else if (state.dataCycles > 0) this.#fillBuffer(offset, bytesOf(value, size));
    else {
      state.pending = 0;
      if ((value & 0xff) !== Confirm.confirm || state.isBufferLeft) this.#failSequence(Command.bufferedProgram);
      else this.#program(state.bufferStart, state.buffer);
    }
  }

  /** The first cycle with data says where the buffer goes. */
  #fillBuffer(offset: number, data: Uint8Array): void {
    const state = this.#state;
    if (state.bufferStart === NOWHERE) state.bufferStart = offset - (offset % BUFFER_BYTES);
    state.dataCycles--;
    state.status |= Status.ready;
    const at = offset - state.bufferStart;
    if (at < 0 || at + data.length > BUFFER_BYTES) state.isBufferLeft = true;
    else state.buffer.set(data, at);
  }

  #failSequence(command: number): void {
    this.#guestError('flash: a command has no such second cycle, command', command);
    this.#state.status |= Status.ready | Status.programError | Status.eraseError;
  }

  #program(offset: number, data: Uint8Array): void {
    if (!this.#canChange(offset, Status.programError)) return;
    const { bytes } = this.#memory;
    const count = Math.min(data.length, bytes.length - offset);
    for (let n = 0; n < count; n++) bytes[offset + n]! &= data[n]!;
    this.#changed(offset, count);
  }

  #erase(offset: number): void {
    if (!this.#canChange(offset, Status.eraseError)) return;
    const start = offset - (offset % BLOCK_BYTES);
    this.#memory.bytes.fill(0xff, start, start + BLOCK_BYTES);
    this.#changed(start, BLOCK_BYTES);
  }

  /** Whether a block can be written; if not the status says why. */
  #canChange(offset: number, error: number): boolean {
    const state = this.#state;
    state.status |= Status.ready;
    if (this.#isLocked(offset)) state.status |= error | Status.blockLocked;
    else if (this.#port.medium?.isReadOnly ?? true) state.status |= error;
    else return true;
    return false;
  }

  #isLocked(offset: number): boolean {
    return hasBit(this.#state.locked, Math.floor(offset / BLOCK_BYTES));
  }

  /** Locks one block, or unlocks them all. They are unlocked after a reset. */
  #lock(offset: number, isLocked: boolean): void {
    const { locked } = this.#state;
    this.#state.status |= Status.ready;
    if (isLocked) setBit(locked, Math.floor(offset / BLOCK_BYTES), true);
    else locked.fill(0);
  }

  #changed(offset: number, count: number): void {
    const last = Math.floor((offset + count - 1) / BLOCK_BYTES);
    for (let block = Math.floor(offset / BLOCK_BYTES); block <= last; block++) {
      setBit(this.#state.changed, block, true);
      const start = Math.max(offset, block * BLOCK_BYTES);
      this.#memory.stored(start, Math.min(offset + count, (block + 1) * BLOCK_BYTES) - start);
    }
    if (this.#timer.deadline === Infinity) this.#timer.arm(this.#clock.now() + WRITE_BACK_DELAY);
  }

  /** All blocks at once: nobody asks again if the guest turns the machine off next. What fails there the user is told; no guest waits for it. */
  #writeBack(): void {
    const { changed } = this.#state;
    if (changed.every((bits) => bits === 0)) return;
    const { bytes } = this.#memory;
    for (let block = 0; block < bytes.length / BLOCK_BYTES; block++) {
      if (!hasBit(changed, block)) continue;
      const start = block * BLOCK_BYTES;
      this.#port.write(start / SECTOR_BYTES, bytes.subarray(start, start + BLOCK_BYTES), () => undefined);
    }
    changed.fill(0);
    this.#timer.disarm();
    this.#port.flush(() => undefined);
  }
}

/** The bytes of a store, the lowest first. */
function bytesOf(value: number, size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, n) => value >>> (8 * n));
}

function hasBit(bits: Uint8Array, n: number): boolean {
  return ((bits[n >> 3]! >> (n & 7)) & 1) !== 0;
}

function setBit(bits: Uint8Array, n: number, isSet: boolean): void {
  const mask = 1 << (n & 7);
  bits[n >> 3] = isSet ? bits[n >> 3]! | mask : bits[n >> 3]! & ~mask;
}
