import { type MessagePort, workerData } from 'node:worker_threads';
import { runIsolate } from '../isolate/loop.ts';
import type { Command, MessageEnd, Report } from '../isolate/protocol.ts';
import type { CreateCore, MachineConfig } from '../machine-core.ts';
import { ownThread } from './threads.ts';

/** What a machine's worker is started with. */
export interface WorkerOptions {
  readonly config: MachineConfig;
  readonly port: MessagePort;
  readonly deadlines: SharedArrayBuffer;
}

/** What every thread is started with, besides what its module wants. */
export interface ThreadData {
  /** URL of the thread's module, which so knows that it is to run. No caller's own data has this name. */
  readonly rawironThread: string;
  /** Folder of compiled modules. */
  readonly codeCache: string;
}

/** Node's ports are those of the protocol, but for the types of what they carry. */
export function messageEnd<Sent, Received>(port: MessagePort): MessageEnd<Sent, Received> {
  return port as unknown as MessageEnd<Sent, Received>;
}

/** Runs a machine in this worker, as its options say, to its end. */
export function runWorker(createCore: CreateCore): Promise<void> {
  const { config, port, deadlines } = workerData as WorkerOptions;
  const thread = ownThread;
  return runIsolate({ config, port: messageEnd<Report, Command>(port), deadlines, createCore, thread });
}
