import type { StateOf } from '../snapshot/describe.ts';
import type { Cable } from './cable.ts';
import type { CommandSet } from './command-set.ts';
import { READY, Status } from './registers.ts';
import { type driveState, Phase } from './state.ts';
import type { TaskFile } from './task-file.ts';

/** The way of a drive's buffer to the host or from it: block by block through the data port, or by the cable's data mover. */
export class DataPhase {
  readonly #state: StateOf<typeof driveState>;
  readonly #cable: Cable;
  readonly #taskFile: TaskFile;
  readonly #commands: CommandSet;

  constructor(state: StateOf<typeof driveState>, cable: Cable, taskFile: TaskFile, commands: CommandSet) {
    this.#state = state;
    this.#cable = cable;
    this.#taskFile = taskFile;
    this.#commands = commands;
  }

  /** Has the host take what the buffer holds, or fill it. */
  begin(phase: typeof Phase.toHost | typeof Phase.fromHost | typeof Phase.packet): void {
    this.#state.phase = phase;
    this.#state.status = READY | Status.dataRequest;
    if (this.#state.dma && phase !== Phase.packet) this.moverStarted();
    else this.#beginBlock();
  }

  #beginBlock(): void {
    const { buffer, blockBytes } = this.#state;
    buffer.beginBlock(blockBytes);
    this.#commands.blockBegins(buffer.blockEnd - buffer.position);
    this.#cable.happened('block');
  }

  // The data port.

  get #movesByPort(): boolean {
    const { phase, dma } = this.#state;
    return phase === Phase.packet || (!dma && (phase === Phase.toHost || phase === Phase.fromHost));
  }

  /** Two or four bytes of the data port; 0 where there are none. */
  read(size: number): number {
    if (!this.#movesByPort || this.#state.phase !== Phase.toHost) return 0;
    const value = this.#state.buffer.take(size);
    this.#afterPort();
    return value;
  }

  write(size: number, value: number): void {
    if (!this.#movesByPort || this.#state.phase === Phase.toHost) return;
    this.#state.buffer.give(size, value);
    this.#afterPort();
  }

  /** As many reads of the data port as fill `target`, or the block has; bytes read. */
  readBlock(size: number, target: Uint8Array): number {
    if (!this.#movesByPort || this.#state.phase !== Phase.toHost) return 0;
    const { buffer } = this.#state;
    const done = buffer.takeMany(wholeElements(target, size, buffer.blockEnd - buffer.position));
    if (done > 0) this.#afterPort();
    return done;
  }

  writeBlock(size: number, source: Uint8Array): number {
    if (!this.#movesByPort || this.#state.phase === Phase.toHost) return 0;
    const { buffer } = this.#state;
    const done = buffer.giveMany(wholeElements(source, size, buffer.blockEnd - buffer.position));
    if (done > 0) this.#afterPort();
    return done;
  }

  #afterPort(): void {
    const { buffer } = this.#state;
    if (!buffer.blockMoved) return;
    if (buffer.left === 0) this.#allMoved();
    else this.#beginBlock();
  }

  #allMoved(): void {
    this.#state.status &= ~Status.dataRequest;
    this.#commands.moved();
  }

  /** Bytes of the block that the data port is to give or to take, if it is whole and none of it was moved; 0: no block waits. */
  get waitingBlock(): number {
    const { buffer } = this.#state;
    return this.#movesByPort ? buffer.blockEnd - buffer.position : 0;
  }

  get wantsPacket(): boolean {
    return this.#state.phase === Phase.packet;
  }

  /** The data port gives bytes to the host. */
  get givesBlock(): boolean {
    return this.#state.phase === Phase.toHost;
  }

  // The data mover.

  /** The mover may move the buffer now. */
  moverStarted(): void {
    const { phase, dma, buffer } = this.#state;
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
    this.#taskFile.abandon();
    this.#taskFile.endWithoutInterrupt();
  }
}

function wholeElements(bytes: Uint8Array, size: number, left: number): Uint8Array {
  const length = Math.min(bytes.length, left);
  return bytes.subarray(0, length - (length % size));
}
