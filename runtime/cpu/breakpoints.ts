import { Cr4 } from '../../translator/abi/control-registers.ts';
import { Word } from '../../translator/abi/state.ts';
import { Access } from '../memory/paging.ts';
import type { AccessWatcher, Watch } from '../memory/watch.ts';

/** DR6 and DR7 with no breakpoint set: bits that read as 1. */
export const DEBUG_STATUS_FIXED = 0xffff0ff0 | 0;
export const DEBUG_CONTROL_FIXED = 0x400;

const COUNT = 4;
/** DR7's R/W fields: what a breakpoint waits for (Intel SDM vol. 3, 18.2.4). */
const Kind = { execute: 0, write: 1, io: 2, readWrite: 3 } as const;

/** Thrown by an access that a breakpoint watches, where the instruction has changed nothing yet: it is to run alone. */
export const instructionRestart = Symbol('instruction restart');

interface Breakpoint {
  /** Its bit in DR6. */
  readonly bit: number;
  readonly kind: number;
  readonly first: number;
  readonly bytes: number;
}

/**
 * The breakpoints in DR0-DR7. What they watch is told to memory, which keeps such pages out of the TLB, so that nobody
 * pays for a breakpoint but who comes near it.
 */
export class Breakpoints {
  readonly #state: Int32Array;
  #breakpoints: readonly Breakpoint[] = [];
  /** An instruction runs alone: what its accesses meet is collected in Word.debugTraps. */
  collecting = false;

  constructor(state: Int32Array) {
    this.#state = state;
  }

  /** Reads the registers again, and returns what is to be watched from now on. */
  update(): Watch[] {
    this.#breakpoints = Array.from({ length: COUNT }, (_, n) => this.#read(n)).filter((b) => b !== null);
    return this.#breakpoints
      .filter(({ kind }) => kind !== Kind.io)
      .map(({ kind, first }) => ({
        page: first >>> 12,
        reads: kind === Kind.readWrite,
        writes: kind === Kind.readWrite || kind === Kind.write,
        fetches: kind === Kind.execute,
      }));
  }

  get active(): boolean {
    return this.#breakpoints.length !== 0;
  }

  /** A breakpoint if it is enabled; its address is aligned to its length. */
  #read(n: number): Breakpoint | null {
    const state = this.#state;
    const control = state[Word.debug + 7];
    if (((control >>> (2 * n)) & 3) === 0) return null;
    const kind = (control >>> (16 + 4 * n)) & 3;
    if (kind === Kind.io && (state[Word.cr4] & Cr4.de) === 0) return null;
    const bytes = [1, 2, 8, 4][(control >>> (18 + 4 * n)) & 3];
    return { bit: 1 << n, kind, first: (state[Word.debug + n] & -bytes) >>> 0, bytes };
  }

  /** DR6's bits of the instruction breakpoints at a linear address. */
  atInstruction(linear: number): number {
    let bits = 0;
    for (const b of this.#breakpoints) if (b.kind === Kind.execute && b.first === linear >>> 0) bits |= b.bit;
    return bits;
  }

  /** Data is about to be accessed (`access` is of Access): the trap comes after the instruction. */
  readonly data: AccessWatcher = (linear, bytes, access) => {
    const write = (access & Access.write) !== 0;
    const bits = this.#matching(linear, bytes, (kind) => kind === Kind.readWrite || (write && kind === Kind.write));
    if (bits === 0) return;
    if (access & Access.restartable && !this.collecting) throw instructionRestart;
    this.#state[Word.debugTraps] |= bits;
  };

  /** Ports have been accessed. */
  ports(port: number, bytes: number): void {
    this.#state[Word.debugTraps] |= this.#matching(port, bytes, (kind) => kind === Kind.io);
  }

  #matching(address: number, bytes: number, isKind: (kind: number) => boolean): number {
    const first = address >>> 0;
    let bits = 0;
    for (const b of this.#breakpoints) {
      if (isKind(b.kind) && first < b.first + b.bytes && b.first < first + bytes) bits |= b.bit;
    }
    return bits;
  }
}
