import { CHUNK_BYTES } from '../../disks/transfer.ts';
import { type BlockError, type BlockPort, SECTOR_BYTES } from '../../host/block.ts';
import { choice, counter, describe, flag, list, type StateOf, u8, u32 } from '../../snapshot/describe.ts';
import { ErrorBit, READY, Status } from '../registers.ts';

/** Commands that a queue has room for: a tag has five bits. */
export const QUEUE_DEPTH = 32;

/** Stages of a queued command. From `read` on it waits for the medium. */
const Stage = { none: 0, read: 1, write: 2, flush: 3 } as const;

const commandState = describe({
  stage: choice(Object.values(Stage)),
  /** The next sector, how many there still are, and how many were moved. */
  sector: counter,
  remaining: u32,
  moved: u32,
  /** The data must be on the medium before the command is done. */
  flushes: flag,
});

/** The last error in the log of a queue's errors (ATA8-ACS, A.13 "Queued Error log"). */
const failureState = describe({ there: flag, tag: u8, status: u8, error: u8, sector: counter, count: u32 });

export const queueState = describe({ commands: list(QUEUE_DEPTH, commandState), failure: failureState });

/** A queued command, as the host sends it (Serial ATA 2.6, 13.6 "Native Command Queuing"). */
export interface QueuedCommand {
  readonly kind: 'read' | 'write';
  readonly tag: number;
  readonly sector: number;
  readonly count: number;
  readonly flushes: boolean;
}

/** The host's end of a queue: data of commands, by their tags, and how they ended. */
export interface QueueHost {
  /** Moves bytes of a command to memory, so many behind its first; how many there was room for. */
  queuedToMemory(tag: number, offset: number, bytes: Uint8Array): number;
  queuedFromMemory(tag: number, offset: number, target: Uint8Array): number;
  queuedDone(tag: number): void;
  /** The command failed, and with it all that were in the queue. */
  queuedFailed(status: number, error: number): void;
}

/**
 * Commands of a disk that it may execute in any order (native command queuing). How far each has come is in the state: one that goes on after a
 * load does so there, where a request of `transferSectors` is repeated.
 */
export class CommandQueue {
  readonly state: StateOf<typeof queueState> = queueState.create();
  readonly #port: BlockPort;
  readonly #host: QueueHost;

  constructor(port: BlockPort, host: QueueHost) {
    this.#port = port;
    this.#host = host;
  }

  get isEmpty(): boolean {
    return this.state.commands.every(({ stage }) => stage === Stage.none);
  }

  has(tag: number): boolean {
    return this.state.commands[tag].stage !== Stage.none;
  }

  /** Forgets all commands; the port's requests have been cancelled. */
  clear(): void {
    this.state.commands = queueState.create().commands;
  }

  /** Forgets what is under way. */
  abandon(): void {
    if (this.isEmpty) return;
    this.#port.cancel();
    this.clear();
  }

  reset(): void {
    Object.assign(this.state, queueState.create());
  }

  begin({ kind, tag, sector, count, flushes }: QueuedCommand): void {
    const stage = Stage[kind];
    this.state.commands[tag] = { stage, sector, remaining: count, moved: 0, flushes };
    this.#request(tag);
  }

  /** After a load: what was under way when the state was saved is begun again; the port's requests have been cancelled. */
  restored(): void {
    for (let tag = 0; tag < QUEUE_DEPTH; tag++) if (this.has(tag)) this.#request(tag);
  }

  #request(tag: number): void {
    const { stage, sector, remaining, moved } = this.state.commands[tag];
    if (stage === Stage.flush) {
      this.#port.flush((error) => this.#flushed(tag, error));
      return;
    }
    const chunk = new Uint8Array(Math.min(remaining * SECTOR_BYTES, CHUNK_BYTES));
    if (stage === Stage.read) this.#port.read(sector, chunk, (error) => this.#read(tag, chunk, error));
    else {
      // Where the host has too little, zeros are written, and it is told.
      this.#host.queuedFromMemory(tag, moved, chunk);
      this.#port.write(sector, chunk, (error) => this.#written(tag, chunk.length, error));
    }
  }

  #read(tag: number, chunk: Uint8Array, error: BlockError | null): void {
    if (error !== null) {
      this.#fail(tag, error === 'io' ? ErrorBit.uncorrectable : ErrorBit.abort);
      return;
    }
    this.#host.queuedToMemory(tag, this.state.commands[tag].moved, chunk);
    this.#next(tag, chunk.length);
  }

  #written(tag: number, bytes: number, error: BlockError | null): void {
    if (error === null) this.#next(tag, bytes);
    else this.#fail(tag, ErrorBit.abort);
  }

  #next(tag: number, bytes: number): void {
    const command = this.state.commands[tag];
    command.sector += bytes / SECTOR_BYTES;
    command.remaining -= bytes / SECTOR_BYTES;
    command.moved += bytes;
    if (command.remaining > 0) this.#request(tag);
    else if (command.flushes) {
      command.stage = Stage.flush;
      this.#request(tag);
    } else this.#done(tag);
  }

  #flushed(tag: number, error: BlockError | null): void {
    if (error === null) this.#done(tag);
    else this.#fail(tag, ErrorBit.abort);
  }

  #done(tag: number): void {
    this.state.commands[tag].stage = Stage.none;
    this.#host.queuedDone(tag);
  }

  #fail(tag: number, error: number): void {
    const { sector, remaining } = this.state.commands[tag];
    const status = READY | Status.error;
    this.failed({ tag, status, error, sector, count: remaining });
    this.#host.queuedFailed(status, error);
  }

  /** Takes down which command failed, and aborts all (13.6.5). */
  failed(failure: Omit<StateOf<typeof failureState>, 'there'>): void {
    this.#port.cancel();
    this.clear();
    this.state.failure = { there: true, ...failure };
  }
}
