import { once } from 'node:events';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { ToMachine } from '../../runtime/host/messages.ts';
import { Deadline, SharedDeadlines } from '../isolate/deadlines.ts';
import { KeptCore } from '../isolate/kept-core.ts';
import type { IsolateOptions } from '../isolate/loop.ts';
import { runIsolate } from '../isolate/loop.ts';
import type { Command, Report, ToDrives } from '../isolate/protocol.ts';
import type { CreateCore, MachineConfig } from '../machine-core.ts';
import { messageEnd, takingEnd } from './thread.ts';
import { ownThread } from './threads.ts';

/** A machine's connections. */
export interface MachinePorts {
  readonly port: MessagePort;
  /** To its drives, if it has any. */
  readonly drives?: MessagePort | undefined;
}

/** What a machine's worker is started with. */
export interface WorkerOptions extends MachinePorts {
  readonly config: MachineConfig;
  readonly deadlines: SharedArrayBuffer;
  /** Other machines come after this one, each by a message with its ports, until the message is null. */
  readonly isKept?: boolean;
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
    drives: drives && takingEnd<ToDrives, ToMachine>(drives),
  };
}

/** Runs a machine in this worker, as its options say, to its end; then others, if it is kept. */
export async function runWorker(createCore: CreateCore): Promise<void> {
  const options = workerData as WorkerOptions;
  if (options.isKept) await runOneAfterTheOther(options, new KeptCore(createCore));
  else await runIsolate({ ...isolateOptions(options), createCore, thread: ownThread });
}

async function runOneAfterTheOther(options: WorkerOptions, kept: KeptCore): Promise<void> {
  const deadlines = new SharedDeadlines(options.deadlines);
  let ports: MachinePorts | null = options;
  while (ports !== null) {
    const machine = isolateOptions({ ...options, ...ports, drives: ports.drives });
    const core = { createCore: kept.create, takeCore: () => kept.release() };
    if (!(await runIsolate({ ...machine, ...core, thread: ownThread }))) return;
    for (const which of Object.values(Deadline)) deadlines.set(which, Infinity);
    const next = once(parentPort!, 'message');
    parentPort!.postMessage('free');
    [ports] = (await next) as [MachinePorts | null];
  }
}
