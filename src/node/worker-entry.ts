import { type MessagePort, workerData } from 'node:worker_threads';
import type { ToMachine } from '../../runtime/host/messages.ts';
import type { IsolateOptions } from '../isolate/loop.ts';
import { runIsolate } from '../isolate/loop.ts';
import type { Command, Report, ToDrives } from '../isolate/protocol.ts';
import type { CreateCore, MachineConfig } from '../machine-core.ts';
import { messageEnd } from './thread.ts';
import { ownThread } from './threads.ts';

/** What a machine's worker is started with. */
export interface WorkerOptions {
  readonly config: MachineConfig;
  readonly port: MessagePort;
  /** To its drives, if it has any. */
  readonly drives?: MessagePort | undefined;
  readonly deadlines: SharedArrayBuffer;
}

/** A machine's options, with the ends of the protocol for Node's ports. */
export function isolateOptions({
  config,
  port,
  drives,
  deadlines,
}: WorkerOptions): Omit<IsolateOptions, 'createCore' | 'thread'> {
  return {
    config,
    deadlines,
    port: messageEnd<Report, Command>(port),
    drives: drives && messageEnd<ToDrives, ToMachine>(drives),
  };
}

/** Runs a machine in this worker, as its options say, to its end. */
export function runWorker(createCore: CreateCore): Promise<void> {
  return runIsolate({ ...isolateOptions(workerData as WorkerOptions), createCore, thread: ownThread });
}
