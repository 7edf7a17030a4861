import { MessageChannel, type MessagePort, workerData } from 'node:worker_threads';
import { ConfigurationError } from '../errors.ts';
import type { Host, Isolate, IsolateEvents, IsolateStart } from '../host.ts';
import { SharedDeadlines } from '../isolate/deadlines.ts';
import { runIsolate } from '../isolate/loop.ts';
import type { Command, MessageEnd, Report } from '../isolate/protocol.ts';
import type { CreateCore } from '../machine-core.ts';
import { nodeCompressor, portableCompressor } from './compressor.ts';
import { startDriveThread } from './drive-thread.ts';
import { freedMemory } from './freed-memory.ts';
import { imageHost } from './images.ts';
import { KeptThread, type ThreadEnd } from './kept-thread.ts';
import { SpareThread } from './spare-thread.ts';
import { nodeStorage } from './storage.ts';
import { messageEnd, startThread, type Thread } from './thread.ts';
import { callerThread } from './threads.ts';
import { Ticker } from './ticker-thread.ts';
import {
  isolateOptions,
  type KeptWorkerOptions,
  type MachinePorts,
  portsOf,
  type WorkerOptions,
} from './worker-entry.ts';

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
    portableCompressor,
    decompressor: nodeStorage.decompressor,
    openNetwork: async (options, log) => (await import('./network/index.ts')).openNetwork(options, log),
    openSoundFile: async (...file) => new (await import('./wav-file.ts')).WavFile(...file),
    openRecording: async (...file) => new (await import('./recording-file.ts')).NodeRecordingFile(...file),
    openFolder: async (path, options) => (await import('./shared-folder/index.ts')).openFolder(path, options),
    startDrives: (events) => startDriveThread(modules.drives, events),
    prepareIsolate: (pool, name) => void pool.put(keptThread(modules, name)),
    prepareNext: () => spareThread(modules).renew(() => startKept(modules)),
    startIsolate(start, events) {
      const { port1, port2 } = new MessageChannel();
      const ports = { port: port2, drives: start.drives as MessagePort | undefined };
      return new NodeIsolate(port1, startMachine(core, modules, { ...start, ports }, events));
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

type MachineStart = Omit<IsolateStart, 'drives'> & { readonly ports: MachinePorts };

function startMachine(core: NodeCore, modules: ThreadModules, start: MachineStart, events: IsolateEvents): ThreadEnd {
  const { where, config, ports, pool } = start;
  if (where === 'worker' && pool?.fits(config)) {
    const idle = pool.take() as KeptThread | undefined;
    return (idle ?? keptThread(modules, start.name)).assign({ config, drives: undefined, ...ports }, events, pool);
  }
  const deadlines = new SharedDeadlines().buffer;
  const options = { config, ...ports, deadlines };
  const ticker = new Ticker(modules.ticker, deadlines, events);
  if (where === 'caller') return startHere(core, options, ticker);
  const { worker, end } = startWorker(modules.machine, { options, ports: portsOf(ports) }, events, start.name);
  return {
    ticker,
    hold: (alive) => (alive ? worker.ref() : worker.unref()),
    terminate: () => Promise.all([end(), ticker.end()]),
  };
}

/** By the module of machines' threads. */
const spareThreads = new Map<string, SpareThread>();

function spareThread({ machine }: ThreadModules): SpareThread {
  const known = spareThreads.get(machine) ?? new SpareThread();
  spareThreads.set(machine, known);
  return known;
}

/** A thread that runs one machine after the other, each of one configuration: the spare one, but for one with a name. */
function keptThread(modules: ThreadModules, name?: string): KeptThread {
  return (name === undefined && spareThread(modules).take()) || startKept(modules, name);
}

function startKept(modules: ThreadModules, name?: string): KeptThread {
  const events: { current: IsolateEvents } = { current: { onCrash: () => {} } };
  const current: IsolateEvents = { onCrash: (error) => events.current.onCrash(error) };
  const options: KeptWorkerOptions = { isKept: true, deadlines: new SharedDeadlines().buffer };
  const thread = startWorker(modules.machine, { options, ports: [] }, current, name);
  return new KeptThread(thread, new Ticker(modules.ticker, options.deadlines, current), events);
}

/**
 * Bounds of a machine's heap. V8's defaults are for programs that have all of the host's memory: it would let several
 * times of what is in use pile up. What is in use is bounded (EngineOptions.cacheBytes), and memory that devices hold
 * is in buffers outside the heap. A young generation of 64 MB is no quicker, and takes 40 MB more.
 */
const HEAP = { maxYoungGenerationSizeMb: 24, maxOldGenerationSizeMb: 1024 } as const;

const PROFILING = /^--(cpu|heap)-prof/;

/** Flags of Node's that hold for the machine's thread as well, with their arguments; others are for its caller. */
function profilingFlags(flags: readonly string[]): string[] {
  return flags.filter(
    (flag, n) => PROFILING.test(flag) || (!flag.startsWith('-') && PROFILING.test(flags[n - 1] ?? '')),
  );
}

/** What a worker is started with, and which of it are ports. */
interface WorkerStart {
  readonly options: WorkerOptions | KeptWorkerOptions;
  readonly ports: readonly MessagePort[];
}

function startWorker(module: string, start: WorkerStart, events: IsolateEvents, name = 'machine'): Thread {
  const { options, ports } = start;
  const execArgv = profilingFlags(process.execArgv);
  return startThread(module, options, events, { name, ports, execArgv, resourceLimits: HEAP });
}

function startHere(core: NodeCore, options: WorkerOptions, ticker: Ticker): ThreadEnd {
  const done = core
    .load()
    .then((createCore) => runIsolate({ ...isolateOptions(options), createCore, thread: callerThread }));
  const ports = portsOf(options);
  return {
    ticker,
    hold(alive) {
      for (const port of ports) {
        if (alive) port.ref();
        else port.unref();
      }
    },
    terminate: () => Promise.all([done, ticker.end()]),
  };
}

/** The library's end of the connection, and the thread at its other end. */
class NodeIsolate implements Isolate {
  readonly port: MessageEnd<Command, Report>;
  readonly #port: MessagePort;
  readonly #thread: ThreadEnd;
  #end: Promise<unknown> | undefined;

  constructor(port: MessagePort, thread: ThreadEnd) {
    this.port = messageEnd(port);
    this.#port = port;
    this.#thread = thread;
    freedMemory.machineStarted();
  }

  watch(state: Int32Array): Promise<void> {
    return this.#thread.ticker.watch(state);
  }

  hold(alive: boolean): void {
    if (alive) this.#port.ref();
    else this.#port.unref();
    this.#thread.hold(alive);
  }

  async terminate(): Promise<void> {
    this.#end ??= this.#thread.terminate().finally(() => freedMemory.machineEnded());
    await this.#end;
  }
}
