import { once } from 'node:events';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { ToMachine } from '../../runtime/host/messages.ts';
import { Deadline, SharedDeadlines } from '../isolate/deadlines.ts';
import type { IsolateOptions } from '../isolate/isolate-options.ts';
import { KeptCore } from '../isolate/kept-core.ts';
import { runIsolate } from '../isolate/loop.ts';
import type { Command, Report, ToDrives } from '../isolate/protocol.ts';
import type { CreateCore, MachineConfig } from '../machine-core.ts';
import { takingEnd } from './thread.ts';
import { ownThread } from './threads.ts';

/** A machine's connections. */
export interface MachinePorts {
  readonly port: MessagePort;
  /** To its drives, if it has any. */
  readonly drives?: MessagePort | undefined;
}

/** A machine that a kept worker is to run. Without a configuration it has that of the machine before. */
export interface MachineTask extends MachinePorts {
  readonly config?: MachineConfig | undefined;
}

/** What the worker of one machine is started with. */
export interface WorkerOptions extends MachinePorts {
  readonly config: MachineConfig;
  readonly deadlines: SharedArrayBuffer;
}

/** What a worker is started with that runs one machine after the other. Each comes by a message (MachineTask); null: none follows. */
export interface KeptWorkerOptions {
  readonly isKept: true;
  readonly deadlines: SharedArrayBuffer;
}

/** Those that are handed over with a machine. */
export function portsOf({ port, drives }: MachinePorts): MessagePort[] {
  return drives ? [port, drives] : [port];
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
    port: takingEnd<Report, Command>(port),
    drives: drives && takingEnd<ToDrives, ToMachine>(drives),
  };
}

/** Runs the machine in this worker that its options name, to its end; or, in a kept one, those that it is sent. */
export async function runWorker(createCore: CreateCore): Promise<void> {
  const options = workerData as WorkerOptions | KeptWorkerOptions;
  if ('isKept' in options) await runOneAfterTheOther(options.deadlines, new KeptCore(createCore));
  else await runIsolate({ ...isolateOptions(options), createCore, thread: ownThread });
}

async function runOneAfterTheOther(buffer: SharedArrayBuffer, kept: KeptCore): Promise<void> {
  const deadlines = new SharedDeadlines(buffer);
  const core = { createCore: kept.create, takeCore: () => kept.release() };
  let task = await nextTask();
  for (let config = task?.config; task !== null; config = task?.config ?? config) {
    const machine = isolateOptions({ config: config!, deadlines: buffer, port: task.port, drives: task.drives });
    if (!(await runIsolate({ ...machine, ...core, thread: ownThread }))) return;
    for (const which of Object.values(Deadline)) deadlines.set(which, Infinity);
    const next = nextTask();
    parentPort!.postMessage('free');
    task = await next;
  }
}

async function nextTask(): Promise<MachineTask | null> {
  const [task] = (await once(parentPort!, 'message')) as [MachineTask | null];
  return task;
}
