import type { Timers } from './host.ts';

const NEVER = Number.POSITIVE_INFINITY;

/** A time at which something is done. It may be put off as often as one likes at no cost. */
export class Alarm {
  readonly #alarms: Alarms;
  readonly act: () => void;
  /** When it rings, in milliseconds of the timers' clock. */
  at = NEVER;
  /** When its owner looks at it next: never later than `at`. */
  key = NEVER;
  /** Its place among the owner's; -1 where it has none. */
  index = -1;

  constructor(alarms: Alarms, act: () => void) {
    this.#alarms = alarms;
    this.act = act;
  }

  get isSet(): boolean {
    return this.at !== NEVER;
  }

  set(at: number): void {
    this.at = at;
    if (at < this.key) this.#alarms.advance(this, at);
  }

  /** It does not ring. */
  clear(): void {
    this.at = NEVER;
  }
}

/**
 * One timer of the host for all that waits: a heap, the earliest first, each alarm in it once. An alarm that was put off is
 * found too early and put back; so a connection that sends thousands of segments a second sets no timers.
 */
export class Alarms {
  readonly #timers: Timers;
  readonly #heap: Alarm[] = [];
  #cancel: (() => void) | undefined;
  #armedFor = NEVER;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  now(): number {
    return this.#timers.now();
  }

  /** Puts an alarm where it belongs when it is to ring earlier than it was. */
  advance(alarm: Alarm, key: number): void {
    alarm.key = key;
    if (alarm.index < 0) alarm.index = this.#heap.push(alarm) - 1;
    this.#rise(alarm);
    this.#arm();
  }

  /** Forgets all. */
  close(): void {
    for (const alarm of this.#heap.splice(0)) this.#leave(alarm);
    this.#arm();
  }

  #arm(): void {
    const at = this.#heap[0]?.key ?? NEVER;
    if (at === this.#armedFor) return;
    this.#cancel?.();
    this.#armedFor = at;
    const wait = Math.max(Math.ceil(at - this.#timers.now()), 0);
    this.#cancel = at === NEVER ? undefined : this.#timers.after(wait, () => this.#ring());
  }

  #ring(): void {
    this.#armedFor = NEVER;
    this.#cancel = undefined;
    const now = this.#timers.now();
    const ringing: Alarm[] = [];
    for (let first = this.#heap[0]; first && first.key <= now; first = this.#heap[0]) {
      if (first.at <= now) ringing.push(first);
      if (first.at <= now || !first.isSet) this.#removeFirst();
      else {
        first.key = first.at;
        this.#sink(first);
      }
    }
    for (const alarm of ringing) {
      // What rings before it may have put it off.
      if (alarm.at > now) continue;
      alarm.at = NEVER;
      alarm.act();
    }
    this.#arm();
  }

  #leave(alarm: Alarm): void {
    alarm.index = -1;
    alarm.key = NEVER;
  }

  #removeFirst(): void {
    const first = this.#heap[0]!;
    const last = this.#heap.pop()!;
    this.#leave(first);
    if (last === first) return;
    last.index = 0;
    this.#sink(last);
  }

  #place(alarm: Alarm, index: number): void {
    this.#heap[index] = alarm;
    alarm.index = index;
  }

  #rise(alarm: Alarm): void {
    let at = alarm.index;
    for (let parent = (at - 1) >> 1; at > 0 && this.#heap[parent]!.key > alarm.key; parent = (at - 1) >> 1) {
      this.#place(this.#heap[parent]!, at);
      at = parent;
    }
    this.#place(alarm, at);
  }

  #sink(alarm: Alarm): void {
    const heap = this.#heap;
    let at = alarm.index;
    for (let child = 2 * at + 1; child < heap.length; child = 2 * at + 1) {
      if (child + 1 < heap.length && heap[child + 1]!.key < heap[child]!.key) child++;
      if (heap[child]!.key >= alarm.key) break;
      this.#place(heap[child]!, at);
      at = child;
    }
    this.#place(alarm, at);
  }
}
