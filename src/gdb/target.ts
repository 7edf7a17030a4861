import type { AskedProcessor, Debug, MachineEvents, MachineState } from '../machine/types.ts';
import type { DebugStop } from '../machine-core.ts';

import { threadName } from './threads.ts';

/** The machine's functions that a debugger needs. */
export interface GdbTarget {
  readonly state: MachineState;
  readonly debug: Debug;
  /** How many processors it has. */
  readonly processors: number;
  /** Asks of one of them. */
  processor(number: number): AskedProcessor;
  start(): Promise<void>;
  pause(): Promise<void>;
  on<Name extends 'debug' | 'paused' | 'exit'>(name: Name, listener: (value: MachineEvents[Name]) => void): unknown;
  off<Name extends 'debug' | 'paused' | 'exit'>(name: Name, listener: (value: MachineEvents[Name]) => void): unknown;
}

/** The targets of gdb's commands `monitor` and `kill`. */
export interface GdbConsole {
  execute(line: string): Promise<string>;
  quit(): void;
}

/** Signals by gdb's numbers. */
const Signal = { interrupt: '02', trap: '05' } as const;
const watchNames = { write: 'watch', read: 'rwatch', access: 'awatch' } as const;

/** Features that gdb said it supports. */
export interface GdbFeatures {
  /** Threads are named with their process. */
  readonly multiprocess: boolean;
  /** It is told whether a software or a hardware breakpoint was met. */
  readonly stopKinds: boolean;
}

/** Tells gdb why the machine stands still, and where. `stop` null: somebody has stopped it. `kindOf` tells by which packet a breakpoint was set. */
export function stopReply(
  stop: DebugStop | null,
  processor: number,
  features: GdbFeatures,
  kindOf: (address: number) => 'swbreak' | 'hwbreak',
): string {
  const thread = `thread:${threadName(processor, features)};`;
  if (stop === null) return `T${Signal.interrupt}${thread}`;
  return `T${Signal.trap}${thread}${reasonOf(stop, features, kindOf)}`;
}

function reasonOf(
  stop: DebugStop,
  { stopKinds }: GdbFeatures,
  kindOf: (address: number) => 'swbreak' | 'hwbreak',
): string {
  if (stop.reason === 'watchpoint') return `${watchNames[stop.kind]}:${stop.address.toString(16)};`;
  if (stop.reason === 'recording') return `replaylog:${stop.at};`;
  return stop.reason === 'breakpoint' && stopKinds ? `${kindOf(stop.address)}:;` : '';
}
