/** A profile as V8 takes it (Chrome DevTools Protocol, Profiler.Profile). */
export interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  /** Microseconds. */
  readonly startTime: number;
  readonly endTime: number;
  /** Ids of nodes, one a sample, and the microseconds between each and the one before. */
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** A profile, and the CPU time that went meanwhile, in microseconds: of this thread, and of all of the process. */
export interface ThreadProfile extends CpuProfile {
  readonly cpu: { readonly thread: number; readonly process: number };
}

export interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  readonly children?: readonly number[];
  /** Samples by line of the function's file (from 1 on). */
  readonly positionTicks?: readonly { readonly line: number; readonly ticks: number }[];
}

/** What a host can tell of the thread that a machine runs on. */
export interface ThreadProbe {
  /** Begins a profile beside others, so many microseconds between two samples; its number. Throws if there are too many. */
  startProfile(interval: number): number;
  /** Ends the profile of a number. Throws if it is not being taken. */
  stopProfile(number: number): ThreadProfile;
  /** Bytes, by kind. */
  heap(): Readonly<Record<string, number>>;
}
