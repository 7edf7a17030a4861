import { serveDrivesHere } from '../drives/here.ts';
import type { Host, Images, Isolate, IsolateEvents, IsolateStart } from '../host.ts';
import { SharedDeadlines } from '../isolate/deadlines.ts';
import type { PooledIsolate } from '../isolate/pool.ts';
import type { Command, MessageEnd, Report } from '../isolate/protocol.ts';
import { whyNoImage } from '../storage/http/answer.ts';
import { ConfigurationError } from '../util/errors.ts';
import { browserCompressor } from './compression.ts';
import { foreignWorker } from './foreign-worker.ts';
import { openNetwork } from './network.ts';
import { messageEnd, workerEnd } from './scope.ts';
import { sharesMemory } from './shared-memory.ts';
import { addressOf, browserStorage } from './storage.ts';
import { clockSince, turningThread } from './threads.ts';
import type { TickerStart } from './ticker.ts';
import type { WorkerOptions } from './worker.ts';

/**
 * Runs machines in a page: in a worker, or in the page's own thread. Where threads share
 * memory, a second worker calls the machine when its devices are due; elsewhere the machine counts.
 */
export const browserHost: Host = {
  readFile: (path) => fetchImage(path),
  seabios: refusePackages,
  ipxe: refusePackages,
  keep: keepWhileOpen,
  compressor: browserCompressor,
  portableCompressor: browserCompressor,
  decompressor: browserStorage.decompressor,
  openNetwork,
  openSoundFile: async () => {
    throw new ConfigurationError('a page has no files: leave sound.file out, and take the samples of Machine.sound');
  },
  openRecording: async () => {
    throw new ConfigurationError('a page has no files: record the machine in Node (icount.record)');
  },
  addressOf,
  openFolder: async (path) => {
    throw new ConfigurationError(`${path}: a page has no folders to share; give the guest a disk instead`);
  },
  startDrives: () => serveDrivesHere(browserStorage, connect),
  prepareIsolate: (pool, name) => void pool.put(new EarlyWorker(name)),
  startIsolate(machine, events) {
    const deadlines = sharesMemory ? new SharedDeadlines().buffer : undefined;
    const start = machine.where === 'worker' ? startWorker : startHere;
    return new BrowserIsolate(start(machine, deadlines, events), deadlines, events);
  },
};

function refusePackages(): Promise<never> {
  return Promise.reject(new Error("it comes from Debian's package, which a browser cannot unpack"));
}

function connect(): readonly [MessagePort, MessagePort] {
  const { port1, port2 } = new MessageChannel();
  return [port1, port2];
}

const kept = new Map<string, Promise<Images>>();

/** A page has no place for what can be made again, but keeps it while it is open. */
function keepWhileOpen<Made extends Images>(name: string, _sources: unknown, make: () => Promise<Made>): Promise<Made> {
  const made = (kept.get(name) as Promise<Made> | undefined) ?? make();
  kept.set(name, made);
  // The next one may fare better.
  made.catch(() => kept.get(name) === made && kept.delete(name));
  return made;
}

/** The bytes behind an address. Throws with the reason. */
export async function fetchImage(url: string, signal?: AbortSignal): Promise<Uint8Array> {
  const response = await fetch(url, signal && { signal });
  const refusal = whyNoImage(response);
  if (refusal !== undefined) throw new Error(refusal);
  return new Uint8Array(await response.arrayBuffer());
}

/** The thread that a machine runs on, and the way to it. */
interface Thread {
  readonly port: MessageEnd<Command, Report>;
  terminate(): Promise<unknown>;
}

type Start = (machine: IsolateStart, deadlines: SharedArrayBuffer | undefined, events: IsolateEvents) => Thread;

/** The address stands in the call of `new Worker`: that is how bundlers know a worker. */
function machineWorker(name = 'machine'): Worker {
  return (
    foreignWorker('machine-thread.mjs', name) ??
    new Worker(new URL('./machine-thread.mjs', import.meta.url), { type: 'module', name })
  );
}

/** A worker that begins before it is known what machine is to run there. */
class EarlyWorker implements PooledIsolate {
  readonly worker: Worker;
  isUsable = true;

  constructor(name: string | undefined) {
    this.worker = machineWorker(name);
    this.worker.onerror = () => {
      this.isUsable = false;
    };
  }

  async end(): Promise<void> {
    this.worker.terminate();
  }
}

const startWorker: Start = ({ config, name, drives: end, pool }, deadlines, events) => {
  const early = pool?.fits(config) ? (pool.take() as EarlyWorker | undefined) : undefined;
  const worker = early?.worker ?? machineWorker(name);
  worker.onerror = (event) => events.onCrash(workerError("the machine's", event));
  const drives = end as MessagePort | undefined;
  const options: WorkerOptions = { config, origin: performance.timeOrigin, deadlines, drives };
  worker.postMessage(options, drives ? [drives] : []);
  return { port: workerEnd(worker), terminate: async () => worker.terminate() };
};

const startHere: Start = ({ config, drives }, deadlines) => {
  const { port1, port2 } = new MessageChannel();
  const thread = turningThread(clockSince(performance.timeOrigin));
  const modules = Promise.all([import('./machine-core.ts'), import('../isolate/loop.ts')]);
  const done = modules.then(([{ coreOnDemand }, { runIsolate }]) =>
    runIsolate({
      config,
      port: messageEnd<Report, Command>(port2),
      drives,
      thread,
      ...coreOnDemand(),
      ...(deadlines && { deadlines }),
    }),
  );
  return { port: messageEnd(port1), terminate: () => done };
};

function startTicker(events: IsolateEvents): Worker {
  const worker =
    foreignWorker('ticker-thread.mjs', 'ticker') ??
    new Worker(new URL('./ticker-thread.mjs', import.meta.url), { type: 'module', name: 'ticker' });
  worker.onerror = (event) => events.onCrash(workerError("the ticker's", event));
  return worker;
}

/** A worker whose module cannot be loaded has no message. */
function workerError(whose: string, { message, filename, lineno }: ErrorEvent): Error {
  if (message) return new Error(`${message} (${filename}:${lineno})`);
  return new Error(
    `${whose} worker cannot be loaded: its file has to be served beside the library's, as JavaScript, and the page's content security policy has to allow it (worker-src; blob: if the library comes from another origin)`,
  );
}

/** The library's end of the connection, the machine's thread, and the ticker beside it, which is loaded meanwhile. */
class BrowserIsolate implements Isolate {
  readonly port: MessageEnd<Command, Report>;
  readonly #thread: Thread;
  readonly #deadlines: SharedArrayBuffer | undefined;
  readonly #ticker: Worker | undefined;

  constructor(thread: Thread, deadlines: SharedArrayBuffer | undefined, events: IsolateEvents) {
    this.port = thread.port;
    this.#thread = thread;
    this.#deadlines = deadlines;
    this.#ticker = deadlines && startTicker(events);
  }

  async watch(state: Int32Array): Promise<void> {
    const [ticker, deadlines] = [this.#ticker, this.#deadlines];
    if (!ticker || !deadlines) return;
    const options: TickerStart = { state, deadlines, origin: performance.timeOrigin };
    const ticking = new Promise((resolve) => {
      ticker.onmessage = resolve;
    });
    ticker.postMessage(options);
    await ticking;
  }

  /** A page lives as long as it is open. */
  hold(): void {}

  async terminate(): Promise<void> {
    this.#ticker?.terminate();
    await this.#thread.terminate();
  }
}
