import type { HostMemory } from '../../runtime/host/memory.ts';
import type { ThreadProbe } from './probe.ts';

/** The functions of its thread that the loop needs. */
export interface LoopThread {
  /** Nanoseconds of a clock that never goes backwards, the same in every thread. */
  nanoseconds(): number;
  /** Lets messages that have arrived be delivered. */
  turn(): Promise<void>;
  /** Waits until `state[Word.wake]` is set or a message has been delivered, and so many milliseconds at most. */
  sleep(state: Int32Array, message: Promise<void>, milliseconds: number): Promise<void>;
  /** The longest time that the core runs without a break, in nanoseconds; Infinity on a thread of its own. */
  readonly slice: number;
  /** The longest time without a turn if there is no message, in nanoseconds. */
  readonly turnInterval: number;
  /**
   * A message may come after the call that wakes the machine for it, so that a turn doesn't deliver it: nanoseconds until the next look,
   * doubled each time, up to the interval. Left out: it is there when the machine is woken.
   */
  readonly retry?: number;
  /** Absent where the host has none. */
  readonly probe?: ThreadProbe;
  /** Absent where the host can do nothing with it. */
  readonly memory?: HostMemory;
}
