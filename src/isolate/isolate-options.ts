import type { ToMachine } from '../../runtime/host/messages.ts';
import type { CreateCore, MachineConfig, MachineCore } from '../machine-core.ts';
import type { LoopThread } from './loop-thread.ts';
import type { Command, MessageEnd, Report, ToDrives } from './protocol.ts';

/** The parts of a machine's isolate. */
export interface IsolateOptions {
  readonly config: MachineConfig;
  readonly createCore: CreateCore;
  /** Gets what it takes to make the core; left out: it is there. Rejects if it cannot be had. */
  readonly prepare?: (config: MachineConfig) => Promise<void>;
  readonly thread: LoopThread;
  readonly port: MessageEnd<Report, Command>;
  /** To what serves its drives; absent where it has none. */
  readonly drives?: MessageEnd<ToDrives, ToMachine> | undefined;
  /** Takes the core when the machine has ended as it was told. Left out: it is disposed of. */
  readonly takeCore?: (core: MachineCore) => void;
  /** Watched by a ticker; without it the core counts jumps to pace itself. */
  readonly deadlines?: SharedArrayBuffer;
}
