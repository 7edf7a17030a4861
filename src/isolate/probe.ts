/** A profile as V8 takes it (Chrome DevTools Protocol, Profiler.Profile). */
export interface CpuProfile {
  /** The tree of calls. */
  readonly nodes: readonly ProfileNode[];
  /** Microseconds of a clock of V8's. */
  readonly startTime: number;
  /** Microseconds of the same clock. */
  readonly endTime: number;
  /** Ids of nodes, one a sample. */
  readonly samples: readonly number[];
  /** Microseconds between each sample and the one before. */
  readonly timeDeltas: readonly number[];
}

/** A profile, and the CPU time that went meanwhile, in microseconds: of this thread, and of all of the process. */
export interface ThreadProfile extends CpuProfile {
  /** CPU time in microseconds. */
  readonly cpu: {
    /** Time of this thread. */
    readonly thread: number;
    /** Time of all of the process. */
    readonly process: number;
  };
}

/** A function in the tree of calls. */
export interface ProfileNode {
  /** Its number in `samples` and `children`. */
  readonly id: number;
  /** The function. */
  readonly callFrame: {
    /** Its name; of the guest's, with its address. */
    readonly functionName: string;
    /** Its file. */
    readonly url: string;
    /** Line of the file, from 0 on. */
    readonly lineNumber: number;
  };
  /** Numbers of the functions that it called. */
  readonly children?: readonly number[];
  /** Samples by line of the function's file (from 1 on). */
  readonly positionTicks?: readonly {
    /** The line. */
    readonly line: number;
    /** Samples in it. */
    readonly ticks: number;
  }[];
}

/** The host's access to the thread that a machine runs on. */
export interface ThreadProbe {
  /** Begins a profile beside others, so many microseconds between two samples; its number. Throws if there are too many. */
  startProfile(interval: number): number;
  /** Ends the profile of a number. Throws if it is not being taken. */
  stopProfile(number: number): ThreadProfile;
  /** Bytes, by kind. */
  heap(): Readonly<Record<string, number>>;
  /** Bytes of its heap that are in use, garbage included. */
  heapInUse(): number;
  /** Frees what nobody uses. It takes a while. */
  collectGarbage(): void;
}
