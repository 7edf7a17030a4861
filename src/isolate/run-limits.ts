import { ConfigurationError } from '../util/errors.ts';
import type { ThreadProbe } from './probe.ts';
import { ProcessorShare } from './processor-share.ts';

/** Limits of a machine's isolate; one that is left out does not limit. */
export interface RunLimits {
  /** Percent of one processor. */
  readonly processor?: number | undefined;
  /** Guest instructions since the machine was made. */
  readonly instructions?: number | undefined;
  /** Bytes: the guest's memory, and what its isolate's heap has in use. */
  readonly memory?: number | undefined;
  /** Milliseconds by which a timer may wake the halted guest late. */
  readonly slack?: number | undefined;
}

/** A limit that a machine comes to: it is paused there, and ended by that of time. */
export type LimitName = 'instructions' | 'memory' | 'time';

/** The core that limits are applied to. */
export interface LimitedCore {
  /** Executed so far; undefined: they are not counted. */
  readonly instructionsRun: number | undefined;
  /** Makes `run` come back when so many have been executed; Infinity: never. */
  capInstructions(most: number): void;
  /** Forgets all that was made of guest code. */
  dropCode(): void;
}

/** Where the machine runs. */
export interface LimitedThread {
  nanoseconds(): number;
  readonly probe?: ThreadProbe | undefined;
}

/** How often memory is looked at, in milliseconds. */
const MEMORY_INTERVAL = 1000;

/** Holds the machine of an isolate to its limits. Times are milliseconds. */
export class Limiter {
  readonly #thread: LimitedThread;
  readonly #core: LimitedCore;
  readonly #memoryBytes: number;
  readonly #share: ProcessorShare;
  #limits: RunLimits = {};
  #nextLook = 0;

  /** @param memoryBytes of the guest */
  constructor(thread: LimitedThread, core: LimitedCore, memoryBytes: number) {
    this.#thread = thread;
    this.#core = core;
    this.#memoryBytes = memoryBytes;
    this.#share = new ProcessorShare(() => this.#now());
  }

  /** @throws ConfigurationError for what this machine or its host cannot count */
  set(limits: RunLimits): void {
    const { processor = 100, instructions = Number.POSITIVE_INFINITY, memory } = limits;
    if (limits.instructions !== undefined && this.#core.instructionsRun === undefined)
      throw new ConfigurationError(
        'instructions are counted only where time is made of them; give icount (-icount shift=N)',
      );
    if (memory !== undefined && !this.#thread.probe)
      throw new ConfigurationError('this host cannot tell how much memory a machine takes; leave out the limit');
    this.#core.capInstructions(instructions);
    this.#share.set(processor);
    this.#nextLook = 0;
    this.#limits = limits;
  }

  /** How long the machine is to rest now. */
  get rest(): number {
    return this.#share.rest;
  }

  /** By how much the halted guest's timers may be late. */
  get slack(): number {
    return this.#limits.slack ?? 0;
  }

  /** How long it may run without a break. */
  get slice(): number {
    return Math.min(this.#share.slice, this.#limits.memory === undefined ? Number.POSITIVE_INFINITY : MEMORY_INTERVAL);
  }

  /** It has run for so long. */
  ran(milliseconds: number): void {
    this.#share.ran(milliseconds);
  }

  /** The limit that the machine has come to, if any. */
  reached(): LimitName | null {
    const { instructions = Number.POSITIVE_INFINITY, memory } = this.#limits;
    if ((this.#core.instructionsRun ?? 0) >= instructions) return 'instructions';
    return memory !== undefined && this.#takesMore(memory) ? 'memory' : null;
  }

  /** Whether the machine takes more memory than its limit even after its code was dropped. */
  #takesMore(most: number): boolean {
    const now = this.#now();
    if (now < this.#nextLook) return false;
    this.#nextLook = now + MEMORY_INTERVAL;
    if (this.#memory() <= most) return false;
    this.#core.dropCode();
    this.#thread.probe!.collectGarbage();
    return this.#memory() > most;
  }

  #memory(): number {
    return this.#memoryBytes + this.#thread.probe!.heapInUse();
  }

  #now(): number {
    return this.#thread.nanoseconds() / 1e6;
  }
}
