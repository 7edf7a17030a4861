import type { Session } from 'node:inspector';
import type { CpuProfile, ThreadProbe, ThreadProfile } from '../isolate/probe.ts';

/** Profiles of this thread by V8's own profiler. Nothing of it is loaded before somebody asks. */
class NodeProbe implements ThreadProbe {
  #session: Session | undefined;
  #start = { thread: 0, process: 0 };

  startProfile(interval: number): void {
    if (this.#session) throw new Error('a profile is being taken already');
    const { Session } = process.getBuiltinModule('node:inspector');
    const session = new Session();
    session.connect();
    this.#session = session;
    this.#start = cpuTimes();
    session.post('Profiler.enable');
    session.post('Profiler.setSamplingInterval', { interval });
    session.post('Profiler.start');
  }

  stopProfile(): ThreadProfile {
    const session = this.#session;
    if (!session) throw new Error('no profile is being taken');
    let profile: unknown;
    // A session in its own thread answers before `post` returns.
    session.post('Profiler.stop', (error, result) => {
      if (error) throw error;
      profile = result.profile;
    });
    session.disconnect();
    this.#session = undefined;
    const end = cpuTimes();
    const cpu = { thread: end.thread - this.#start.thread, process: end.process - this.#start.process };
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
}

/** Microseconds of CPU so far. */
function cpuTimes(): { thread: number; process: number } {
  const sum = ({ user, system }: NodeJS.CpuUsage) => user + system;
  return { thread: sum(process.threadCpuUsage()), process: sum(process.cpuUsage()) };
}

export const nodeProbe: ThreadProbe = new NodeProbe();
