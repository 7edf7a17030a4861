import type { Session } from 'node:inspector';
import type { CpuProfile, ThreadProbe, ThreadProfile } from '../../isolate/probe.ts';

/** More at a time would slow the thread down. */
const MOST_PROFILES = 8;

/** A profile that is being taken. */
interface Taking {
  readonly session: Session;
  readonly start: { readonly thread: number; readonly process: number };
}

/** Profiles of this thread by V8's own profiler. Nothing of it is loaded before somebody asks. */
class NodeProbe implements ThreadProbe {
  readonly #taking = new Map<number, Taking>();
  #last = 0;

  startProfile(interval: number): number {
    if (this.#taking.size >= MOST_PROFILES) throw new Error(`${MOST_PROFILES} profiles are being taken already`);
    const { Session } = process.getBuiltinModule('node:inspector');
    const session = new Session();
    session.connect();
    this.#taking.set(++this.#last, { session, start: cpuTimes() });
    session.post('Profiler.enable');
    session.post('Profiler.setSamplingInterval', { interval });
    session.post('Profiler.start');
    return this.#last;
  }

  stopProfile(number: number): ThreadProfile {
    const taking = this.#taking.get(number);
    if (!taking) throw new Error('no such profile is being taken');
    this.#taking.delete(number);
    const { session, start } = taking;
    let profile: unknown;
    // A session in its own thread answers before `post` returns.
    session.post('Profiler.stop', (error, result) => {
      if (error) throw error;
      profile = result.profile;
    });
    session.disconnect();
    const end = cpuTimes();
    const cpu = { thread: end.thread - start.thread, process: end.process - start.process };
    return { ...(profile as CpuProfile), cpu };
  }

  heap(): Readonly<Record<string, number>> {
    const { getHeapStatistics } = process.getBuiltinModule('node:v8');
    const { used_heap_size, total_heap_size, external_memory, malloced_memory } = getHeapStatistics();
    return {
      'heap in use': used_heap_size,
      heap: total_heap_size,
      'outside the heap': external_memory,
      "V8's own": malloced_memory,
      'whole process': process.memoryUsage.rss(),
    };
  }

  heapInUse(): number {
    const { used_heap_size, malloced_memory } = process.getBuiltinModule('node:v8').getHeapStatistics();
    return used_heap_size + malloced_memory;
  }

  collectGarbage(): void {
    const { Session } = process.getBuiltinModule('node:inspector');
    const session = new Session();
    session.connect();
    session.post('HeapProfiler.collectGarbage');
    session.disconnect();
  }
}

/** Microseconds of CPU so far. */
function cpuTimes(): { thread: number; process: number } {
  const sum = ({ user, system }: NodeJS.CpuUsage) => user + system;
  return { thread: sum(process.threadCpuUsage()), process: sum(process.cpuUsage()) };
}

export const nodeProbe: ThreadProbe = new NodeProbe();
