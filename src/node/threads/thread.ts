import type { MessagePort, Transferable } from 'node:worker_threads';
import { receiveMessageOnPort, Worker, type WorkerOptions } from 'node:worker_threads';
import type { IsolateEvents } from '../../host.ts';
import type { MessageEnd } from '../../isolate/protocol.ts';
import { codeCache, removeOldCode } from '../process/compiled-code.mjs';

/** Data that every thread starts with, besides those for its module. */
export interface ThreadData {
  /** URL of the thread's module, which so knows that it is to run. No caller's own data has this name. */
  readonly rawironThread: string;
  /** Folder of compiled modules. */
  readonly codeCache: string;
}

/** Node's ports are those of the protocol, except for the types of their messages. */
export function messageEnd<Sent, Received>(port: MessagePort): MessageEnd<Sent, Received> {
  return port as unknown as MessageEnd<Sent, Received>;
}

/** An end of a port by which messages that have arrived can also be taken without a turn of the event loop. */
export function takingEnd<Sent, Received>(port: MessagePort): MessageEnd<Sent, Received> {
  return Object.assign(messageEnd<Sent, Received>(port), {
    take: () => receiveMessageOnPort(port)?.message as Received | undefined,
  });
}

/** A thread as it was started. */
export interface Thread {
  readonly worker: Worker;
  /** Resolves when it has ended, which it is expected to do by itself; after two seconds it is ended. */
  end(): Promise<void>;
}

/** Starts a thread. `options` are for its module, which gets the `ports` among them for good. */
export function startThread(
  module: string,
  options: object,
  events: IsolateEvents,
  { ports, ...settings }: WorkerOptions & { readonly ports: readonly MessagePort[] },
): Thread {
  removeOldCode(codeCache());
  const data: ThreadData = { ...options, rawironThread: module, codeCache: codeCache() };
  const transferList: Transferable[] = [...ports];
  const worker = new Worker(new URL(module), { workerData: data, transferList, execArgv: [], ...settings });
  worker.on('error', (error) => events.onCrash(asError(error)));
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  return { worker, end: () => end(worker, ended) };
}

/** How long a worker that was told to stop may take to end by itself, in milliseconds. */
const LEAVE = 2000;

/** A worker that ends by itself still does what its host asked for at its end (`node --cpu-prof` writes its profile). */
async function end(worker: Worker, ended: Promise<void>): Promise<void> {
  const timer = setTimeout(() => worker.terminate(), LEAVE);
  await ended;
  clearTimeout(timer);
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
