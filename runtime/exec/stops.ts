/** The kind of access that stops the machine. */
export type WatchKind = 'write' | 'read' | 'access';

/** Why the machine stands still for a debugger. Addresses are linear. */
export type DebugStop =
  | {
      /** The instruction at EIP has a breakpoint, and has not run. */
      readonly reason: 'breakpoint';
      /** Its address. */
      readonly address: number;
    }
  | {
      /** One instruction has run, or its fault has been delivered. */
      readonly reason: 'step';
    }
  | {
      /** The instruction before EIP has accessed what is watched. */
      readonly reason: 'watchpoint';
      /** Which accesses are watched. */
      readonly kind: WatchKind;
      /** Address of the first byte that is watched. */
      readonly address: number;
      /** No instruction has: an interrupt was delivered. */
      readonly by?: 'interrupt';
    }
  | {
      /** There is no more of the machine's history: of a recording that is replayed, or of what is kept of a live machine's past. */
      readonly reason: 'recording';
      /** At its beginning, to which a debugger has gone back; or at its end, which may be where the machine is about to end. */
      readonly at: 'begin' | 'end';
    };

/**
 * Where and why guest code is to stop for a debugger. Breakpoints are by linear address, in every address space. The dispatcher
 * asks here between two stretches of code, and nodes at breakpoints lead to it (DecodedCode.stopping).
 */
export class Stops {
  /** Linear addresses, as words. */
  private breakpoints: ReadonlySet<number> = new Set();
  /** Run one instruction and stop; interrupts are held off meanwhile, if they may be. */
  isStepping = false;
  /** False where interrupts must come when they came before: in a replay. */
  mayHoldInterrupts = true;
  /** An interrupt of a device is delivered just now. */
  isInterrupting = false;
  /** Accesses to some bytes are watched. */
  isWatching = false;
  private stop: DebugStop | null = null;

  /** A step that nothing comes in between of: no interrupt, and no other processor. */
  get isSteppingAlone(): boolean {
    return this.isStepping && this.mayHoldInterrupts;
  }

  /** Whether code that runs may come to a breakpoint or a watchpoint. */
  get hasPlaces(): boolean {
    return this.breakpoints.size > 0 || this.isWatching;
  }

  /** Something has happened for which the machine is to stand still. */
  get isDue(): boolean {
    return this.stop !== null;
  }

  /** Returns the stop that has happened, and clears it. */
  take(): DebugStop | null {
    const { stop } = this;
    this.stop = null;
    return stop;
  }

  /** Notes a stop; the first one counts. */
  note(stop: DebugStop): void {
    const isByInterrupt = stop.reason === 'watchpoint' && this.isInterrupting;
    this.stop ??= isByInterrupt ? { ...stop, by: 'interrupt' } : stop;
    this.isStepping = false;
  }

  /** Replaces all breakpoints; addresses are words. Those that have come or gone. */
  replace(breakpoints: ReadonlySet<number>): ReadonlySet<number> {
    const changed = breakpoints.symmetricDifference(this.breakpoints);
    this.breakpoints = breakpoints;
    return changed;
  }

  has(linear: number): boolean {
    return this.breakpoints.size !== 0 && this.breakpoints.has(linear);
  }

  /** Whether code of a linear page has breakpoints. */
  hasPage(page: number): boolean {
    for (const linear of this.breakpoints) if (linear >>> 12 === page) return true;
    return false;
  }

  /** Notes a stop if the instruction at a linear address has a breakpoint. */
  meets(linear: number): boolean {
    if (!this.has(linear)) return false;
    this.note({ reason: 'breakpoint', address: linear >>> 0 });
    return true;
  }
}
