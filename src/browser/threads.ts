import { Word } from '../../translator/abi/state.ts';
import type { LoopThread } from '../isolate/loop-thread.ts';
import { timerDelay } from '../util/timer-delay.ts';

/**
 * How long a machine runs before it lets its thread do other work, where no other thread can call it back; in
 * nanoseconds. A frame of the screen has time for it twice.
 */
const SLICE = 8e6;
/** A sleeping thread looks for messages after so many milliseconds at the latest. */
const LONGEST_SLEEP = 50;
/** LoopThread.retry, in nanoseconds: Firefox's messages go by way of another process, what wakes the machine doesn't. */
const RETRY = 0.25e6;

/**
 * Nanoseconds since `origin`, a `performance.timeOrigin`: the same in all threads that are given the same one. Since 1970
 * would be too many for a double.
 */
export function clockSince(origin: number): () => number {
  const start = performance.timeOrigin - origin;
  return () => (start + performance.now()) * 1e6;
}

/** A message to oneself comes after those that have arrived, and without the least time that timers have. */
function makeTurn(): () => Promise<void> {
  const { port1, port2 } = new MessageChannel();
  const waiting: (() => void)[] = [];
  port1.onmessage = () => waiting.shift()?.();
  return () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      port2.postMessage(null);
    });
}

/**
 * A worker that runs nothing but the machine, with shared memory: it may sleep for good, and is woken through that memory.
 * No rule says that a message arrives before what is written to shared memory after it, so a long sleep is cut into parts.
 */
export function sleepingThread(nanoseconds: () => number): LoopThread {
  return {
    nanoseconds,
    turn: makeTurn(),
    slice: Infinity,
    turnInterval: LONGEST_SLEEP * 1e6,
    retry: RETRY,
    async sleep(state, _message, milliseconds) {
      Atomics.wait(state, Word.wake, 0, Math.min(milliseconds, LONGEST_SLEEP));
    },
  };
}

/** A thread that is never blocked: the page's, or a worker's without shared memory, which nothing else can wake. */
export function turningThread(nanoseconds: () => number): LoopThread {
  return {
    nanoseconds,
    turn: makeTurn(),
    slice: SLICE,
    turnInterval: 0,
    async sleep(_state, message, milliseconds) {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const timeout = new Promise<void>((resolve) => {
        if (milliseconds !== Infinity) timer = setTimeout(resolve, timerDelay(milliseconds));
      });
      await Promise.race([message, timeout]);
      clearTimeout(timer);
    },
  };
}
