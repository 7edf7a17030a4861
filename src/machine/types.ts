import type { ProcessorReport } from '../../runtime/devices/cpu-hot-plug/index.ts';
import type { MachineCards } from '../cards/index.ts';
import type { MachineDrives, TrayMove } from '../drives/index.ts';
import type { Host } from '../host.ts';
import type { PluggedPci } from '../hot-plug/pci-options.ts';
import type { PluggedProcessorInfo } from '../hot-plug/processor-places.ts';
import type { PluggedUsb } from '../hot-plug/usb-ports.ts';
import type { ThreadProfile } from '../isolate/probe.ts';
import type { Exit, GuestHalt, Reset } from '../isolate/protocol.ts';
import type { LimitName } from '../isolate/run-limits.ts';
import type { SerialPort } from '../isolate/serial.ts';
import type { DebugCallName, DebugCalls, DebugStop, ExaminationCalls, ExaminationName } from '../machine-core.ts';
import type { MachineOptions } from '../options/options.ts';
import type { PciSlots } from '../options/pci-slots.ts';
import type { MachineRecording } from '../recording/machine-recording.ts';
import type { MachineShares } from '../shares/index.ts';
import type { SavedParts } from '../snapshot/options.ts';
import type { Sound } from '../sound/sound.ts';
import type { MachineGeneration } from './generation.ts';

/** Events of a machine, with their data. */
export interface MachineEvents {
  /** The machine has started, or goes on after a pause. */
  running: undefined;
  /** The machine and its time stand still. */
  paused: undefined;
  /** A debugger's breakpoint, watchpoint or step, or the end of a recording, has stopped the machine; `paused` comes next. */
  debug: DebugStop;
  /** The machine has come to a limit (`setLimits`); `paused` comes next, or `exit` where it is that of time. */
  limit: LimitName;
  /** The guest has turned the machine off, which waits for a reset now (`shutdown: 'pause'`); `paused` comes next. */
  off: Exit;
  /** The machine was reset, by the guest, by a triple fault or by the caller. */
  reset: Reset;
  /** The guest is suspended to RAM: it runs no code until something wakes the machine. */
  suspend: undefined;
  /** The machine was woken after that: by its clock, a key, the mouse, the power button or `wake()`. */
  wake: undefined;
  /** The power button was pressed (`pressPowerButton()`, `system_powerdown`): the guest is asked to turn itself off. */
  powerbutton: undefined;
  /** The CPU waits for an interrupt that nothing can cause: the guest is at its end, though the machine is not. */
  halt: GuestHalt;
  /** The machine has ended. */
  exit: Exit;
  /** The emulator itself has failed; the machine is at its end. */
  error: Error;
  /** The tray of a CD-ROM drive was opened or closed, by the guest or by who changes what is in it. */
  tray: TrayMove;
  /** A device was pulled out (`Machine.usb`, `Machine.pci`, `Machine.processorPlaces`). */
  unplug: PluggedUsb | PluggedPci | PluggedProcessorInfo;
  /** The guest's system has answered that a processor was plugged in or is to be pulled out (`Machine.processorPlaces`). */
  processorreport: ProcessorReport;
  /** Something that the emulator has to say. */
  log: string;
}

/** A machine is created once, runs and pauses, and ends once. */
export type MachineState = 'created' | 'running' | 'paused' | 'ended';

/**
 * The reason why a machine is paused. caller: `pause()`. debug: a debugger's stop. limit: it has come to one. off: its guest has
 * turned it off. reset: it was reset while it was paused, and has not run since.
 */
export type PauseReason = 'caller' | 'debug' | 'limit' | 'off' | 'reset';

/** Asks a running machine's examination. */
export type Examine = <Name extends ExaminationName>(
  name: Name,
  ...args: Parameters<ExaminationCalls[Name]>
) => Promise<ReturnType<ExaminationCalls[Name]>>;

/** Has a machine do what a debugger asks. */
export type Debug = <Name extends DebugCallName>(
  name: Name,
  ...args: Parameters<DebugCalls[Name]>
) => Promise<ReturnType<DebugCalls[Name]>>;

/** Asks of one of its processors. */
export interface AskedProcessor {
  readonly examine: Examine;
  readonly debug: Debug;
}

/** Questions to the thread that a machine runs on (src/isolate/probe.ts). */
export interface Probe {
  /** Begins a CPU profile, so many microseconds between two samples; its number. */
  startProfile(interval: number): Promise<number>;
  /** Ends the profile of that number. */
  stopProfile(number: number): Promise<ThreadProfile>;
  /** Bytes of the thread's heap, by kind. */
  heap(): Promise<Readonly<Record<string, number>>>;
}

/** A port with output only: the debug console, the parallel port, the log of what the guest does. */
export type DebugConsole = Pick<SerialPort, 'on' | 'once' | 'off' | 'expect'>;

/** The parts that a machine is made of, besides its configuration. */
export interface MachineParts {
  /** As they are now: what is plugged in may have changed. */
  options: MachineOptions;
  readonly host: Host;
  readonly drives: MachineDrives;
  readonly cards: MachineCards;
  readonly sound: Sound;
  readonly shares: MachineShares;
  readonly recording: MachineRecording;
  readonly generation: MachineGeneration;
  /** The slots that PCI devices had before anything was plugged in or pulled out, once they were asked for. */
  startSlots?: PciSlots;
  /** The parts that a snapshot holds besides the options; as they are now. */
  parts: SavedParts;
}
