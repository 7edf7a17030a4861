import type { AskedProcessor } from '../machine/types.ts';
import { checkFunction, checkNames } from '../util/checks.ts';
import { ConfigurationError, messageOf } from '../util/errors.ts';
import { Emitter } from '../util/events.ts';

/** The part of the guest's memory that is dumped, and its form. */
export interface MemoryDumpSettings {
  /** Whether to dump the memory that page tables map, at its linear addresses. Default: all memory, at its physical addresses. */
  readonly paging?: boolean;
  /** Only memory from this physical address on; with `length`. */
  readonly begin?: number;
  /** Bytes from `begin` on. */
  readonly length?: number;
}

/** How far a dump is, or how the last one has ended. */
export interface MemoryDumpProgress {
  /** `none`: there was no dump yet. */
  readonly status: 'none' | 'active' | 'completed' | 'failed';
  /** Bytes of memory that have been taken. */
  readonly completed: number;
  /** Bytes of memory that the dump has. */
  readonly total: number;
}

/** How a dump has ended. */
export interface MemoryDumpEnd {
  /** How far it has come. */
  readonly progress: MemoryDumpProgress;
  /** Why it has failed. */
  readonly error?: string;
}

/** Events of `machine.memoryDumps`. */
export interface MemoryDumpEvents {
  /** The machine stands still from now on, if it runs, as its memory is dumped; or that is over. */
  readonly still: boolean;
  /** A dump has ended, well or not. */
  readonly ended: MemoryDumpEnd;
}

/** The machine that is dumped. */
export interface DumpedMachine {
  /** It is to come from another process. */
  readonly isAwaited: boolean;
  /** Each of its processors, the first one first. */
  readonly processors: readonly AskedProcessor[];
  /** Stops it, whatever else it is told, until the function is called. */
  freeze(): Promise<() => Promise<void>>;
}

/** Memory and registers of a machine as core files for debuggers, as QEMU's `dump-guest-memory` writes them. */
export class MemoryDumps extends Emitter<MemoryDumpEvents> {
  readonly #machine: DumpedMachine;
  #progress: MemoryDumpProgress = { status: 'none', completed: 0, total: 0 };
  /** Ends that the machine stands still, if it does. */
  #thaw: (() => Promise<void>) | null = null;

  /** @internal */
  constructor(machine: DumpedMachine) {
    super();
    this.#machine = machine;
  }

  /** Whether the machine stands still for one. */
  get isUnderWay(): boolean {
    return this.#thaw !== null;
  }

  /** How far a dump is, or how the last one has ended. */
  get progress(): MemoryDumpProgress {
    return this.#progress;
  }

  /**
   * Dumps memory to an ELF core file, of which `take` is given the bytes one piece after the other. The machine stands still from
   * the first piece on until it has taken them all, whatever it is told meanwhile.
   * @throws ConfigurationError for settings that cannot be, for a second dump at the same time, and what `take` throws
   */
  async write(
    take: (pieces: AsyncIterable<Uint8Array>) => Promise<void>,
    settings: MemoryDumpSettings = {},
  ): Promise<void> {
    checkFunction('what takes the dump', take);
    checkSettings(settings);
    if (this.#machine.isAwaited) throw new ConfigurationError('Dump not allowed during incoming migration.');
    if (this.#progress.status === 'active') throw new ConfigurationError('There is a dump in process, please wait.');
    const before = this.#progress;
    this.#progress = { status: 'active', completed: 0, total: 0 };
    const pieces = this.#pieces(settings);
    try {
      await take(pieces);
      if (!(await pieces.next()).done) throw new ConfigurationError('the dump was not taken to its end');
      this.#end('completed');
    } catch (error) {
      // Where nothing could be taken there was no dump.
      if (this.#progress.total === 0) this.#progress = before;
      else this.#end('failed', messageOf(error));
      throw error;
    } finally {
      await pieces.return(undefined);
      await this.#goOn();
    }
  }

  async #goOn(): Promise<void> {
    const thaw = this.#thaw;
    if (thaw === null) return;
    // Before others are let in: the next dump has one of its own.
    this.#thaw = null;
    await thaw();
    void this.emit('still', false);
  }

  #end(status: 'completed' | 'failed', error?: string): void {
    this.#progress = { ...this.#progress, status };
    void this.emit('ended', { progress: this.#progress, ...(error !== undefined && { error }) });
  }

  async *#pieces(settings: MemoryDumpSettings): AsyncGenerator<Uint8Array> {
    // Loaded with the first dump: few pages have any.
    const { dumpContent } = await import('./content.ts');
    this.#thaw = await this.#machine.freeze();
    void this.emit('still', true);
    const { head, total, memory } = await dumpContent(this.#machine.processors, settings);
    this.#progress = { status: 'active', completed: 0, total };
    yield head;
    for await (const piece of memory) {
      yield piece;
      this.#progress = { ...this.#progress, completed: this.#progress.completed + piece.length };
    }
  }
}

function checkSettings(settings: MemoryDumpSettings): void {
  checkNames('the settings of a dump', settings, ['paging', 'begin', 'length']);
  const { begin, length } = settings;
  if (begin !== undefined && length === undefined) throw new ConfigurationError("Parameter 'length' is missing");
  if (length !== undefined && begin === undefined) throw new ConfigurationError("Parameter 'begin' is missing");
  for (const [name, value] of Object.entries({ begin, length })) {
    const least = name === 'length' ? 1 : 0;
    if (value !== undefined && !(value >= least && Number.isSafeInteger(value)))
      throw new ConfigurationError(`Invalid parameter '${name}'`);
  }
}
