import { once } from 'node:events';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { ToMachine } from '../../../runtime/host/messages.ts';
import { Deadline, SharedDeadlines } from '../../isolate/deadlines.ts';
import type { IsolateOptions } from '../../isolate/isolate-options.ts';
import { KeptCore } from '../../isolate/kept-core.ts';
import { runIsolate } from '../../isolate/loop.ts';
import type { Command, Report, ToDrives } from '../../isolate/protocol.ts';
import type { CreateCore, MachineConfig } from '../../machine-core.ts';
import type { KeptWorkerOptions } from './kept-worker.ts';
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

/** The configuration and ports of a machine, and the data that its ticker watches. */
export interface MachineStart extends MachinePorts {
  readonly config: MachineConfig;
  readonly deadlines: SharedArrayBuffer;
}

/** The ports that are handed over with a machine. */
export function portsOf({ port, drives }: MachinePorts): MessagePort[] {
  return drives ? [port, drives] : [port];
}

/** A machine's options, with the ends of the protocol for Node's ports. */
export function isolateOptions({
  config,
  port,
  drives,
  deadlines,
}: MachineStart): Omit<IsolateOptions, 'createCore' | 'thread'> {
  return {
    config,
    deadlines,
    port: takingEnd<Report, Command>(port),
    drives: drives && takingEnd<ToDrives, ToMachine>(drives),
  };
}

/** Runs the machines that this worker is sent, one after the other. */
export async function runWorker(createCore: CreateCore): Promise<void> {
  const { deadlines } = workerData as KeptWorkerOptions;
  await runOneAfterTheOther(deadlines, new KeptCore(createCore));
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
