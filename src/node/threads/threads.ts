import { setImmediate as turn } from 'node:timers/promises';
import { Word } from '../../../translator/abi/state.ts';
import type { LoopThread } from '../../isolate/loop-thread.ts';
import { timerDelay } from '../../util/timer-delay.ts';
import { hostMemory } from '../process/host-memory.ts';
import { nodeProbe } from '../process/probe.ts';

/** How long a machine in the caller's thread runs before it lets the caller's own work be done, in nanoseconds. */
const callerSlice = 10e6;

/**
 * Nanoseconds of the system's monotonic clock, the same in every thread. It is performance.now(), which is the cheaper
 * one but counts from each thread's own start, with the start measured.
 */
export const nanoseconds: () => number = (() => {
  const start = Math.min(...Array.from({ length: 8 }, measureStart));
  return () => start + performance.now() * 1e6;
})();

/** Too late by the time that passes between the two readings. */
function measureStart(): number {
  const before = performance.now() * 1e6;
  return Number(process.hrtime.bigint()) - before;
}

/** A thread that runs nothing but the machine: it may sleep for good, and is woken through shared memory. */
export const ownThread: LoopThread = {
  nanoseconds,
  turn,
  slice: Infinity,
  turnInterval: 50e6,
  probe: nodeProbe,
  memory: hostMemory,
  async sleep(state, _message, milliseconds) {
    Atomics.wait(state, Word.wake, 0, milliseconds);
  },
};

/** A thread that has other things to do: it is never blocked. */
export const callerThread: LoopThread = {
  nanoseconds,
  turn,
  slice: callerSlice,
  turnInterval: 0,
  probe: nodeProbe,
  memory: hostMemory,
  async sleep(_state, message, milliseconds) {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<void>((resolve) => {
      if (milliseconds !== Infinity) timer = setTimeout(resolve, timerDelay(milliseconds));
    });
    await Promise.race([message, timeout]);
    clearTimeout(timer);
  },
};
