import type { IsolateEvents } from '../../host.ts';
import { SharedDeadlines } from '../../isolate/deadlines.ts';
import { startThread, type Thread } from './thread.ts';

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

/**
 * Data that a worker starts with which runs one machine after the other. Each comes by a message (MachineTask); null: none
 * follows.
 */
export interface KeptWorkerOptions {
  readonly deadlines: SharedArrayBuffer;
}

/** A worker for machines: it loads their modules, and waits for the first one. */
export interface KeptWorker extends KeptWorkerOptions {
  readonly thread: Thread;
  /** Listener for its failure. */
  readonly events: { current: IsolateEvents };
}

/**
 * @param module URL of the thread's module
 * @param name for people
 */
export function startKeptWorker(module: string, name = 'machine'): KeptWorker {
  const events: KeptWorker['events'] = { current: { onCrash: () => {} } };
  const options: KeptWorkerOptions = { deadlines: new SharedDeadlines().buffer };
  const execArgv = profilingFlags(process.execArgv);
  const started = { name, ports: [], execArgv, resourceLimits: HEAP };
  const thread = startThread(module, options, { onCrash: (error) => events.current.onCrash(error) }, started);
  return { ...options, thread, events };
}
