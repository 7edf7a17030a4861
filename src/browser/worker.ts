import type { ToMachine } from '../../runtime/host/messages.ts';
import { runIsolate } from '../isolate/loop.ts';
import type { Command, Report, ToDrives } from '../isolate/protocol.ts';
import type { MachineConfig } from '../machine-core.ts';
import { coreOnDemand } from './machine-core.ts';
import { messageEnd, ownEnd, startMessage } from './scope.ts';
import { clockSince, sleepingThread, turningThread } from './threads.ts';

/** Data that a machine's worker starts with. */
export interface WorkerOptions {
  readonly config: MachineConfig;
  /** `performance.timeOrigin` of the page. */
  readonly origin: number;
  /** Missing where memory cannot be shared. */
  readonly deadlines?: SharedArrayBuffer | undefined;
  /** To its drives, if it has any. */
  readonly drives?: MessagePort | undefined;
}

const { config, origin, deadlines, drives: drivePort } = await startMessage<WorkerOptions>();
const nanoseconds = clockSince(origin);
const thread = deadlines ? sleepingThread(nanoseconds) : turningThread(nanoseconds);
const port = ownEnd<Report, Command>();
const drives = drivePort && messageEnd<ToDrives, ToMachine>(drivePort);
// Not awaited here: modules that are loaded later may wait until this one has been evaluated.
runIsolate({ config, port, drives, thread, ...coreOnDemand(), ...(deadlines && { deadlines }) }).catch(reportError);
