/**
 * The machine's core as the host sees it: one synchronous object that lives alone in its isolate.
 * Times are nanoseconds of the host's monotonic clock, which stands still while the machine is paused.
 */
export type Engine = 'interpreter' | 'translator';

export type BootImages =
  | { readonly kernel: Uint8Array; readonly initrd?: Uint8Array; readonly append?: string }
  | { readonly bios: Uint8Array }
  | { readonly demo: true };

export interface MachineConfig {
  readonly memoryBytes: number;
  readonly engine: Engine;
  readonly boot: BootImages;
  /** Time comes from executed instructions: one takes 2 to this power nanoseconds. */
  readonly icountShift?: number;
  /** What a reset asked for by the guest, or a triple fault, does. */
  readonly rebootAction: 'reset' | 'exit';
  /** The isa-debug-exit device: first port and number of ports. */
  readonly debugExit?: { readonly iobase: number; readonly iosize: number };
  /** Port of the debug console. */
  readonly debugConsolePort?: number;
  /** Milliseconds since 1970, as the real-time clock shows it at the start. */
  readonly startTimeOfDay: number;
}

export interface MachineHost {
  nanoseconds(): number;
  serialOutput(port: number, bytes: Uint8Array): void;
  debugOutput(bytes: Uint8Array): void;
  /** The core wants Word.attention set at this time (Infinity: never). */
  deadlineChanged?(nanoseconds: number): void;
  log(message: string): void;
}

export interface RunResult {
  readonly reason: 'attention' | 'halted' | 'slice' | 'poweroff' | 'exit' | 'shutdown' | 'reset-requested';
  /** Of 'exit'. */
  readonly code?: number;
  /** Of 'halted': when the next device event is due; none if nothing is. */
  readonly wakeAt?: number;
}

/** Counters of a machine. */
export interface Metrics {
  /** Guest instructions executed. */
  readonly instructions: number;
  readonly [name: string]: number | Readonly<Record<string, number>>;
}

/** One translation in the cache. */
export interface TranslationInfo {
  readonly physical: number;
  readonly key: number;
  readonly [name: string]: number | string;
}

export interface MachineCore {
  /** The words of translator/abi/state.ts; on a SharedArrayBuffer where there is one. */
  readonly state: Int32Array;
  /** Runs until something needs the host. */
  run(untilNanoseconds: number): RunResult;
  serialInput(port: number, bytes: Uint8Array): void;
  reset(): void;
  metrics(): Metrics;
  translations(): TranslationInfo[];
  memoryRead(physical: number, length: number): Uint8Array;
  dispose(): void;
}

/** Makes a core, powered on, at its first instruction. Throws BootError if the images cannot be booted. */
export type CreateCore = (config: MachineConfig, host: MachineHost) => MachineCore;
