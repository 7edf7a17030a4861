import { MessageChannel, type MessagePort, workerData } from 'node:worker_threads';
import type { Host, Isolate, IsolateEvents, IsolateStart } from '../host.ts';
import { SharedDeadlines } from '../isolate/deadlines.ts';
import { runIsolate } from '../isolate/loop.ts';
import { IsolatePool } from '../isolate/pool.ts';
import type { Command, MessageEnd, Report } from '../isolate/protocol.ts';
import type { CreateCore } from '../machine-core.ts';
import { ConfigurationError } from '../util/errors.ts';
import { nodeCompressor, portableCompressor } from './files/compressor.ts';
import { imageHost } from './files/images.ts';
import { WavFile } from './files/wav-file.ts';
import { freedMemory } from './process/freed-memory.ts';
import { addressOf, nodeStorage } from './storage.ts';
import { startDriveThread } from './threads/drive-thread.ts';
import { earlyWorker } from './threads/early-worker.ts';
import { KeptThread, type ThreadEnd } from './threads/kept-thread.ts';
import { startKeptWorker } from './threads/kept-worker.ts';
import { SpareThread } from './threads/spare-thread.ts';
import { messageEnd } from './threads/thread.ts';
import { callerThread } from './threads/threads.ts';
import { Ticker } from './threads/ticker-thread.ts';
import { isolateOptions, type MachinePorts, type MachineStart, portsOf } from './threads/worker-entry.ts';

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
    ticker: (await import('./threads/ticker-thread.mjs')).url,
    drives: (await import('./threads/drives-thread.mjs')).url,
  };
  checkBundle(modules);
  return {
    ...imageHost,
    compressor: nodeCompressor,
    portableCompressor,
    decompressor: nodeStorage.decompressor,
    openNetwork: async (options, log) => (await import('./network/index.ts')).openNetwork(options, log),
    openSoundFile: async (...file) => new WavFile(...file),
    openRecording: async (...file) => new (await import('./files/recording-file.ts')).NodeRecordingFile(...file),
    addressOf,
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

type PortedStart = Omit<IsolateStart, 'drives'> & { readonly ports: MachinePorts };

function startMachine(core: NodeCore, modules: ThreadModules, start: PortedStart, events: IsolateEvents): ThreadEnd {
  const { where, config, ports, name } = start;
  if (where === 'caller') return startHere(core, modules, { config, ...ports }, events);
  const task = { config, drives: undefined, ...ports };
  if (!start.pool?.fits(config)) return startKept(modules, name).assign(task, events, closedPool());
  const idle = start.pool.take() as KeptThread | undefined;
  return (idle ?? keptThread(modules, name)).assign(task, events, start.pool);
}

/** One that keeps nothing: threads end with their machines. */
function closedPool(): IsolatePool {
  const pool = new IsolatePool();
  void pool.close();
  return pool;
}

/** By the module of machines' threads. */
const spareThreads = new Map<string, SpareThread>();

function spareThread({ machine }: ThreadModules): SpareThread {
  const known = spareThreads.get(machine) ?? new SpareThread();
  spareThreads.set(machine, known);
  return known;
}

/** A thread that runs one machine after the other, each of one configuration: the spare one, unless it has a name. */
function keptThread(modules: ThreadModules, name?: string): KeptThread {
  return (name === undefined && spareThread(modules).take()) || startKept(modules, name);
}

/** The first one without a name has the worker that was started before the library was loaded, if one was. */
function startKept({ machine, ticker }: ThreadModules, name?: string): KeptThread {
  const early = name === undefined ? earlyWorker.take() : undefined;
  const { thread, events, deadlines } = early ?? startKeptWorker(machine, name);
  const hearing: IsolateEvents = { onCrash: (error) => events.current.onCrash(error) };
  return new KeptThread(thread, new Ticker(ticker, deadlines, hearing), events);
}

function startHere(
  core: NodeCore,
  modules: ThreadModules,
  task: Omit<MachineStart, 'deadlines'>,
  events: IsolateEvents,
): ThreadEnd {
  const deadlines = new SharedDeadlines().buffer;
  const ticker = new Ticker(modules.ticker, deadlines, events);
  const done = core
    .load()
    .then((createCore) => runIsolate({ ...isolateOptions({ ...task, deadlines }), createCore, thread: callerThread }));
  const ports = portsOf(task);
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
