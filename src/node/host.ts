import { once } from 'node:events';
import { MessageChannel, type MessagePort, type Worker, workerData } from 'node:worker_threads';
import { ConfigurationError } from '../errors.ts';
import type { Host, Isolate, IsolateEvents } from '../host.ts';
import { SharedDeadlines } from '../isolate/deadlines.ts';
import { runIsolate } from '../isolate/loop.ts';
import type { Command, MessageEnd, Report } from '../isolate/protocol.ts';
import type { TickerOptions } from '../isolate/ticker.ts';
import type { CreateCore } from '../machine-core.ts';
import { nodeCompressor } from './compressor.ts';
import { startDriveThread } from './drive-thread.ts';
import { imageHost } from './images.ts';
import { nodeStorage } from './storage.ts';
import { messageEnd, startThread } from './thread.ts';
import { callerThread } from './threads.ts';
import { isolateOptions, type WorkerOptions } from './worker-entry.ts';

/** Where the machine's core comes from. It is loaded where it is used. */
export interface NodeCore {
  load(): Promise<CreateCore>;
  /** URL of a module that calls runWorker() with the same, in the thread that it is started in. */
  thread(): Promise<string>;
}

/** URLs of the modules that threads are started with. */
interface ThreadModules {
  readonly machine: string;
  readonly ticker: string;
  readonly drives: string;
}

/**
 * Runs machines in Node: in a worker thread or in the caller's, with a ticker in a thread beside it.
 * @throws ConfigurationError if a bundler has put all into one file
 */
export async function nodeHost(core: NodeCore): Promise<Host> {
  const modules = {
    machine: await core.thread(),
    ticker: (await import('./ticker-thread.mjs')).url,
    drives: (await import('./drives-thread.mjs')).url,
  };
  checkBundle(modules);
  return {
    ...imageHost,
    compressor: nodeCompressor,
    decompressor: nodeStorage.decompressor,
    openNetwork: async (options, log) => (await import('./network/index.ts')).openNetwork(options, log),
    openSoundFile: async (...file) => new (await import('./wav-file.ts')).WavFile(...file),
    openFolder: async (path, options) => (await import('./shared-folder/index.ts')).openFolder(path, options),
    startDrives: (events) => startDriveThread(modules.drives, events),
    startIsolate({ where, config, name, drives }, events) {
      const { port1, port2 } = new MessageChannel();
      const deadlines = new SharedDeadlines().buffer;
      const options = { config, port: port2, deadlines, drives: drives as MessagePort | undefined };
      const thread =
        where === 'worker' ? startWorker(modules.machine, options, events, name) : startHere(core, options);
      return new NodeIsolate(port1, thread, deadlines, modules.ticker, events);
    },
  };
}

const BUNDLED =
  'a bundler has put rawiron and its threads together, so that a thread would run the program once more; leave the package out of the bundle (external)';

/** One file of all: a thread's module is this one. */
function checkBundle(modules: ThreadModules): void {
  if (Object.values(modules).includes(import.meta.url)) throw new ConfigurationError(BUNDLED);
}

// A thread's module shares a file with this one, which no thread needs: the program may stand in that file too.
if (workerData?.rawironThread) throw new ConfigurationError(BUNDLED);

/** What the isolate's own thread can be asked. */
interface ThreadEnd {
  hold(alive: boolean): void;
  terminate(): Promise<unknown>;
}

/**
 * Bounds of a machine's heap. V8's defaults are for programs that have all of the host's memory: it would let several
 * times of what is in use pile up. What is in use is bounded (EngineOptions.cacheBytes), and memory that devices hold
 * is in buffers outside the heap.
 */
const HEAP = { maxYoungGenerationSizeMb: 64, maxOldGenerationSizeMb: 1024 } as const;

const PROFILING = /^--(cpu|heap)-prof/;

/** Flags of Node's that hold for the machine's thread as well, with their arguments; others are for its caller. */
function profilingFlags(flags: readonly string[]): string[] {
  return flags.filter(
    (flag, n) => PROFILING.test(flag) || (!flag.startsWith('-') && PROFILING.test(flags[n - 1] ?? '')),
  );
}

function startWorker(module: string, options: WorkerOptions, events: IsolateEvents, name = 'machine'): ThreadEnd {
  const ports = [options.port, ...(options.drives ? [options.drives] : [])];
  const execArgv = profilingFlags(process.execArgv);
  const { worker, end } = startThread(module, options, events, { name, ports, execArgv, resourceLimits: HEAP });
  return {
    hold: (alive) => (alive ? worker.ref() : worker.unref()),
    terminate: end,
  };
}

function startHere(core: NodeCore, options: WorkerOptions): ThreadEnd {
  const done = core
    .load()
    .then((createCore) => runIsolate({ ...isolateOptions(options), createCore, thread: callerThread }));
  const ports = [options.port, ...(options.drives ? [options.drives] : [])];
  return {
    hold(alive) {
      for (const port of ports) {
        if (alive) port.ref();
        else port.unref();
      }
    },
    terminate: () => done,
  };
}

/** The library's end of the connection, the thread at its other end, and the ticker beside that. */
class NodeIsolate implements Isolate {
  readonly port: MessageEnd<Command, Report>;
  readonly #port: MessagePort;
  readonly #thread: ThreadEnd;
  readonly #deadlines: SharedArrayBuffer;
  readonly #tickerModule: string;
  readonly #events: IsolateEvents;
  #ticker: Worker | undefined;

  constructor(
    port: MessagePort,
    thread: ThreadEnd,
    deadlines: SharedArrayBuffer,
    tickerModule: string,
    events: IsolateEvents,
  ) {
    this.port = messageEnd(port);
    this.#port = port;
    this.#thread = thread;
    this.#deadlines = deadlines;
    this.#tickerModule = tickerModule;
    this.#events = events;
  }

  async watch(state: Int32Array): Promise<void> {
    if (!(state.buffer instanceof SharedArrayBuffer)) return;
    const options: Omit<TickerOptions, 'nanoseconds'> = { state, deadlines: this.#deadlines };
    this.#ticker = startThread(this.#tickerModule, options, this.#events, { name: 'ticker', ports: [] }).worker;
    await once(this.#ticker, 'message');
    this.#ticker.unref();
  }

  hold(alive: boolean): void {
    if (alive) this.#port.ref();
    else this.#port.unref();
    this.#thread.hold(alive);
  }

  async terminate(): Promise<void> {
    await Promise.all([this.#thread.terminate(), this.#ticker?.terminate()]);
  }
}
