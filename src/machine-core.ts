import type { DebugCalls } from '../runtime/debug/debugger.ts';
import type { Questions } from '../runtime/debug/questions.ts';
import type { CpuRegisters } from '../runtime/debug/registers.ts';
import type { ScreenUpdate } from '../runtime/devices/vga/picture.ts';
import type { ToMachine } from '../runtime/host/messages.ts';
import type { MachineConfig, MachineHost, Metrics, RunResult } from '../runtime/machine/config.ts';
import type { ExaminationCalls } from '../runtime/machine/examination.ts';
import type { TransferCalls } from '../runtime/machine/transfer.ts';

export type { BaseAddressView, PciFunctionView } from '../runtime/devices/pci/function.ts';
export type { Mapping } from '../runtime/memory/mappings.ts';

import type { SavedComponents } from '../runtime/snapshot/components.ts';

export type { DebugCallName, DebugCalls, HistoryKeeper } from '../runtime/debug/debugger.ts';
export type * from '../runtime/debug/questions.ts';
export type { CpuRegisters, SegmentRegister } from '../runtime/debug/registers.ts';
export type { Shutdown } from '../runtime/debug/shutdown.ts';
export type { Watchpoint } from '../runtime/debug/watchpoints.ts';
export type { ScreenUpdate } from '../runtime/devices/vga/picture.ts';
export type { DebugStop, WatchKind } from '../runtime/exec/stops.ts';

export type {
  BootImages,
  EngineName,
  MachineConfig,
  MachineHost,
  Metrics,
  RunResult,
} from '../runtime/machine/config.ts';
export { hasBalloon, hasScreen } from '../runtime/machine/config.ts';
export type * from '../runtime/machine/examination.ts';
export {
  modelOfPlugged,
  nameOfPlugged,
  type PluggedDevice,
  type PluggedOf,
  type PluggedPciDevice,
  type PluggedProcessor,
  type PluggedUsbDevice,
} from '../runtime/machine/plugged.ts';
export type { MachineImage, MemoryPart, TransferCallName, TransferCalls } from '../runtime/machine/transfer.ts';

/** The machine's core as the isolate sees it: one synchronous object that lives alone in it. */
export interface MachineCore {
  /** The words of translator/abi/state.ts; on a SharedArrayBuffer where there is one. */
  readonly state: Int32Array;
  /** Runs until something needs the host, or until the host's time is `until`. */
  run(until: number): RunResult;
  /** Takes a message from the host; it takes effect at the next `run`. */
  arrive(message: ToMachine): void;
  reset(): void;
  /** The guest was kept from its processor for so many nanoseconds; between two calls of `run`. */
  rested(nanoseconds: number): void;
  /** It was told to stand still; between two calls of `run`. */
  stands(): void;
  /** The guest is suspended to RAM, until something wakes the machine. */
  readonly isSuspended: boolean;
  /** Somebody presses the reset button. True: the reset comes when the guest next runs ('reset-requested'), as it is recorded. */
  pressReset(): boolean;
  /** All state. */
  save(): SavedComponents;
  /** Throws an Error that names what doesn't fit of a saved state; nothing changes. */
  check(saved: SavedComponents): void;
  /** Puts a saved state in the place of the present one. Throws an Error that names what doesn't fit; nothing has changed then. */
  load(saved: SavedComponents): void;
  metrics(): Metrics;
  /** The changes of the screen since the last call; null: there is no display adapter. */
  screenUpdate(): ScreenUpdate | null;
  /** The processor's registers. */
  registers(): CpuRegisters;
  /** Does something with the state of a processor, by its number, in place of that of the one that runs; undefined: of that one. */
  readonly processors: {
    borrow<Result>(processor: number | undefined, use: () => Result): Result;
    /** It only looks. */
    look<Result>(processor: number | undefined, use: () => Result): Result;
  };
  /** Answers an inspector's questions. */
  readonly inspection: Questions;
  /** Answers a monitor. */
  readonly examination: ExaminationCalls;
  /** Does what a debugger asks. */
  readonly debugging: DebugCalls;
  /** Moves it to another process, or from there. */
  readonly transfer: TransferCalls;
  /** Guest instructions so far; undefined where they are not counted. */
  readonly instructionsRun: number | undefined;
  /** Makes `run` come back ('slice') when so many have run in all; Infinity: never. Nothing where they are not counted. */
  capInstructions(most: number): void;
  /** Forgets all that was made of guest code. */
  dropCode(): void;
  /** Another host takes the place of the one that was there. A state is to be loaded before it runs. */
  changeHost(): void;
  memoryRead(physical: number, length: number): Uint8Array;
  dispose(): void;
}

/** Makes a core, powered on, at its first instruction. Throws BootError if the images cannot be booted. */
export type CreateCore = (config: MachineConfig, host: MachineHost) => MachineCore;
