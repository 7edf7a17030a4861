import type { ProcessorReport } from '../../runtime/devices/cpu-hot-plug/index.ts';
import type { ToHost, ToMachine } from '../../runtime/host/messages.ts';
import type { SavedComponents } from '../../runtime/snapshot/components.ts';
import type {
  CpuRegisters,
  DebugCallName,
  DebugStop,
  ExaminationName,
  MachineConfig,
  Metrics,
  PluggedDevice,
  QuestionName,
  ScreenUpdate,
  Shutdown,
  TransferCallName,
} from '../machine-core.ts';
import type { ThreadProfile } from './probe.ts';
import type { CallEnd, CallMessage, ErrorReport } from './remote-calls.ts';
import type { LimitName, RunLimits } from './run-limits.ts';

/** Calls from the host's side to a machine's isolate that have an answer. */
export interface Calls {
  /** Runs the machine, or lets it go on after a pause. */
  run(): void;
  pause(): void;
  reset(): void;
  /** Stops the machine and its time until `thaw`, whatever else it is told. All that it has asked its drives for is done then. */
  freeze(): void;
  thaw(): void;
  /** Resolves when a drive that was pulled out has answered all that it was asked for. */
  answered(drive: string): void;
  /** All state of the machine. */
  save(): SavedComponents;
  /** Throws an Error that names what doesn't fit of a saved state. */
  check(saved: SavedComponents): void;
  /** Puts a saved state in the place of the present one. */
  load(saved: SavedComponents): void;
  metrics(): Metrics;
  /** Asks the machine's inspection. */
  ask(name: QuestionName, args: readonly unknown[]): unknown;
  /** Asks the machine's examination, as if a processor were the one that runs, if one is named. */
  examine(name: ExaminationName, args: readonly unknown[], processor?: number): unknown;
  /** Has the machine do what a debugger asks, in the same way. */
  debug(name: DebugCallName, args: readonly unknown[], processor?: number): unknown;
  /** Has the machine do what a move to another process takes, or a fork. */
  transfer(name: TransferCallName, args: readonly unknown[]): unknown;
  /** Starts to take a profile of the machine's thread, so many microseconds between two samples; its number. */
  startProfile(interval: number): number;
  stopProfile(number: number): ThreadProfile;
  /** Bytes of the thread's heap, by kind. */
  heap(): Readonly<Record<string, number>>;
  /** Nanoseconds that the machine has slept as its guest had nothing to do. */
  slept(): number;
  /** Limits what the machine may take. Throws ConfigurationError for what cannot be counted here. */
  limit(limits: RunLimits): void;
  memoryRead(physical: number, length: number): Uint8Array;
  /** The changes of the screen since the last call; null: there is no display adapter. */
  screen(): ScreenUpdate | null;
}

export type CallName = keyof Calls;

/** Calls a function of a machine's isolate. */
export type Call = <Name extends CallName>(
  name: Name,
  ...args: Parameters<Calls[Name]>
) => Promise<ReturnType<Calls[Name]>>;

/** Messages to the isolate. */
export type Command =
  | CallMessage<CallName>
  | ToMachine
  | Taken
  /** Ends the machine for good; there is no answer. */
  | { readonly type: 'stop' };

/** Why a machine has ended, and the exit code that a program around it should have. */
export interface Exit {
  /**
   * poweroff: the guest turned it off. exit: by isa-debug-exit. reset, shutdown: the guest asked for a reset, or caused
   * a triple fault, of a machine that is to end then. stopped: by the caller. time-limit: by `MachineLimits.time`.
   */
  readonly reason: 'poweroff' | 'exit' | 'reset' | 'shutdown' | 'stopped' | 'time-limit';
  /** Exit code for a program around the machine. */
  readonly code: number;
  /** For 'shutdown': the exceptions that led to it. */
  readonly shutdown?: Shutdown;
}

/** Why a machine was reset. */
export type Reset =
  /** By the guest, or by the caller. */
  | {
      /** The side that asked for it. */
      readonly reason: 'guest' | 'caller';
    }
  /** The guest caused a triple fault. */
  | {
      /** Nobody asked for it. */
      readonly reason: 'shutdown';
      /** The exceptions that led to it. */
      readonly shutdown: Shutdown;
    };

/** A halt that no interrupt can end. */
export interface GuestHalt {
  /** EIP is at the instruction after HLT. */
  readonly registers: CpuRegisters;
}

/** Exit code of a machine that ends with a triple fault. Those of isa-debug-exit are odd. */
export const SHUTDOWN_CODE = 2;
/** Bytes of output that a reset or a suspension counts as: a guest that resets without end waits for its listeners. */
export const RESET_BYTES = 8 << 10;

/** Messages from the isolate. */
export type Report =
  /** The machine has been made. */
  | { readonly type: 'ready'; readonly state: Int32Array }
  /** The machine could not be made, or is at its end because of an error in the emulator. */
  | { readonly type: 'failed'; readonly error: ErrorReport }
  | CallEnd
  | ToHost
  | { readonly type: 'log'; readonly message: string }
  | { readonly type: 'reset'; readonly reset: Reset }
  /** The guest has suspended itself to RAM; the machine was woken. */
  | { readonly type: 'suspend' | 'wake' }
  /** Something was plugged in or pulled out: these are plugged in now. */
  | {
      readonly type: 'plugged';
      readonly devices: readonly PluggedDevice[];
      readonly pciSlots: NonNullable<MachineConfig['pciSlots']>;
    }
  /** The guest's system has answered that a processor has come or is to go. */
  | { readonly type: 'processor-report'; readonly report: ProcessorReport }
  /** Whether it is suspended, where that has changed without these: by a reset, or another state. */
  | { readonly type: 'suspended'; readonly isSuspended: boolean }
  /** The CPU waits for an interrupt that nothing can cause. */
  | { readonly type: 'halt'; readonly halt: GuestHalt }
  /** The machine stands still for a debugger. */
  | { readonly type: 'debug'; readonly stop: DebugStop }
  /** The machine stands still as it has come to a limit. */
  | { readonly type: 'limit'; readonly limit: LimitName }
  /** The guest has turned it off; it stands still until it is reset. */
  | { readonly type: 'off'; readonly exit: Exit }
  | { readonly type: 'exit'; readonly exit: Exit };

/** Messages from a machine's isolate to what serves its drives (src/drives/service.ts). */
export type ToDrives =
  /** The machine has been made; these words wake it (wake.ts). */
  { readonly type: 'ready'; readonly state: Int32Array } | (ToHost & { readonly type: 'request' });

/** A number of bytes of the machine's output, of any stream, have been taken. */
export interface Taken {
  readonly type: 'taken';
  readonly length: number;
}

/** One end of the connection: a MessagePort of any host. */
export interface MessageEnd<Sent, Received> {
  postMessage(message: Sent): void;
  onmessage: ((event: { readonly data: Received }) => void) | null;
  /** The next message that has arrived, which `onmessage` then isn't called with; absent where the host has no way to do that. */
  take?(): Received | undefined;
  close(): void;
}
