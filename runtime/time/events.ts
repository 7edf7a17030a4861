import type { Component, Difference, Saved } from '../snapshot/describe.ts';

/**
 * Called when the deadline `due` has passed; `now` is the virtual time up to which the queue is being run. Nanoseconds.
 */
export type TimerCallback = (now: number, due: number) => void;

/** Nanoseconds of delay that a timer hears of at most: one that makes up for all that it has missed comes to an end then. */
const MOST_LATE = 10e9;

/** One event source of a device: armed with an absolute virtual deadline, or disarmed. */
export interface Timer {
  readonly name: string;
  /** Virtual nanoseconds; Infinity while disarmed. */
  readonly deadline: number;
  /** Replaces the deadline. */
  arm(deadline: number): void;
  disarm(): void;
}

/**
 * The timers of a machine, run in the order of (deadline, creation). A binary heap of the armed ones; every timer knows
 * its place in it, so that moving one costs the logarithm of their number.
 */
export class EventQueue {
  readonly component: Component = queueComponent(this);
  /** Called when the earliest deadline moves earlier: whoever runs the CPU then has less time until the next event. */
  onEarlier: (deadline: number) => void = () => {};
  #timers: QueuedTimer[] = [];
  /** Places in the order of creation, by name: a timer that is made again has the one that it had. */
  readonly #orders = new Map<string, number>();
  readonly #heap: QueuedTimer[] = [];
  #whenIdle: QueuedTimer[] = [];
  #held = false;

  /**
   * Makes a timer. Its name must be unique in the machine: snapshots find it by its name. `whenIdle`: it waits only for more
   * to do at a time, and comes early when the guest has nothing to do ({@link runIdle}).
   */
  timer(name: string, callback: TimerCallback, { whenIdle = false } = {}): Timer {
    if (this.#timers.some((timer) => timer.name === name)) throw new Error(`timer '${name}' exists already`);
    const order = this.#orders.get(name) ?? this.#orders.size;
    this.#orders.set(name, order);
    const timer = new QueuedTimer(this, name, order, callback);
    this.#timers.push(timer);
    if (whenIdle) this.#whenIdle.push(timer);
    return timer;
  }

  get timers(): readonly Timer[] {
    return this.#timers;
  }

  /** Its device is no more. */
  remove(gone: Timer): void {
    gone.disarm();
    this.#timers = this.#timers.filter((timer) => timer !== gone);
    this.#whenIdle = this.#whenIdle.filter((timer) => timer !== gone);
  }

  /** Virtual nanoseconds; Infinity if nothing is armed. */
  nextDeadline(): number {
    return this.#heap.length === 0 ? Infinity : this.#heap[0].deadline;
  }

  /**
   * Runs every timer whose deadline is not after `now`, each disarmed before it is called. One that is armed again for a
   * time that has passed too runs again.
   */
  runDue(now: number): void {
    this.#held = false;
    while (!this.#held && this.#heap.length > 0 && this.#heap[0].deadline <= now) {
      const timer = this.#heap[0];
      const due = Math.max(timer.deadline, now - MOST_LATE);
      this.move(timer, Infinity);
      timer.callback(now, due);
    }
  }

  /** The guest has nothing to do: runs the armed timers that are made for that. @returns whether there were any */
  runIdle(now: number): boolean {
    const armed = this.#whenIdle.filter(({ place }) => place >= 0);
    for (const timer of armed) {
      this.move(timer, Infinity);
      timer.callback(now, now);
    }
    return armed.length > 0;
  }

  /** Called by a timer that cannot do what is due yet: what is due later must wait until the queue is run again. */
  hold(): void {
    this.#held = true;
  }

  /** Gives a timer a new deadline. */
  move(timer: QueuedTimer, deadline: number): void {
    if (Number.isNaN(deadline)) throw new Error(`timer '${timer.name}': deadline is not a number`);
    const earliest = this.nextDeadline();
    if (timer.place >= 0) this.#remove(timer);
    timer.deadline = deadline;
    if (deadline === Infinity) return;
    timer.place = this.#heap.push(timer) - 1;
    this.#rise(timer);
    if (deadline < earliest) this.onEarlier(deadline);
  }

  #remove(timer: QueuedTimer): void {
    const last = this.#heap.pop()!;
    const place = timer.place;
    timer.place = -1;
    if (last === timer) return;
    this.#put(last, place);
    this.#rise(last);
    this.#sink(last);
  }

  #put(timer: QueuedTimer, place: number): void {
    this.#heap[place] = timer;
    timer.place = place;
  }

  #rise(timer: QueuedTimer): void {
    while (timer.place > 0) {
      const parent = this.#heap[(timer.place - 1) >> 1];
      if (isBefore(parent, timer)) return;
      this.#swap(parent, timer);
    }
  }

  #sink(timer: QueuedTimer): void {
    for (;;) {
      const left = this.#heap[timer.place * 2 + 1];
      const right = this.#heap[timer.place * 2 + 2];
      const child = right !== undefined && isBefore(right, left) ? right : left;
      if (child === undefined || isBefore(timer, child)) return;
      this.#swap(timer, child);
    }
  }

  #swap(upper: QueuedTimer, lower: QueuedTimer): void {
    const place = upper.place;
    this.#put(upper, lower.place);
    this.#put(lower, place);
  }
}

class QueuedTimer implements Timer {
  deadline = Infinity;
  /** Index in the heap, -1 while disarmed. */
  place = -1;
  readonly name: string;
  readonly order: number;
  readonly callback: TimerCallback;
  readonly #queue: EventQueue;

  constructor(queue: EventQueue, name: string, order: number, callback: TimerCallback) {
    this.#queue = queue;
    this.name = name;
    this.order = order;
    this.callback = callback;
  }

  arm(deadline: number): void {
    this.#queue.move(this, deadline);
  }

  disarm(): void {
    this.#queue.move(this, Infinity);
  }
}

function isBefore(left: QueuedTimer, right: QueuedTimer): boolean {
  return left.deadline < right.deadline || (left.deadline === right.deadline && left.order < right.order);
}

/** The queue's state is the deadline of each armed timer, by name. */
function queueComponent(queue: EventQueue): Component {
  const save = (): Record<string, number> =>
    Object.fromEntries(
      queue.timers.filter((timer) => timer.deadline < Infinity).map((timer) => [timer.name, timer.deadline]),
    );
  const checked = (saved: Saved): Record<string, number> => {
    const deadlines = savedDeadlines(saved);
    const unknown = Object.keys(deadlines).find((name) => !queue.timers.some((timer) => timer.name === name));
    if (unknown !== undefined) throw new Error(`events.${unknown}: unknown field`);
    return deadlines;
  };
  return {
    name: 'events',
    save,
    check: (saved) => void checked(saved),
    load(saved) {
      const deadlines = checked(saved);
      for (const timer of queue.timers) timer.arm(deadlines[timer.name] ?? Infinity);
    },
    restored: () => undefined,
    compare: (saved) => compareDeadlines(queue.timers, savedDeadlines(saved)),
    show: () => queue.timers.map((timer) => `events.${timer.name}: ${timer.deadline}`),
  };
}

function savedDeadlines(saved: Saved): Record<string, number> {
  if (typeof saved !== 'object' || saved === null) throw new Error('events: expected an object');
  for (const [name, deadline] of Object.entries(saved)) {
    // Beyond 2^53 a timer that is armed again some nanoseconds later is armed for the time that it had.
    const fits = typeof deadline === 'number' && deadline >= 0 && deadline <= Number.MAX_SAFE_INTEGER;
    if (!fits) throw new Error(`events.${name}: expected a virtual time from 0 to 2^53 ns, found ${deadline}`);
  }
  return saved as Record<string, number>;
}

function compareDeadlines(timers: readonly Timer[], right: Record<string, number>): Difference[] {
  return timers
    .map(({ name, deadline }) => ({ path: `events.${name}`, left: `${deadline}`, right: `${right[name] ?? Infinity}` }))
    .filter((difference) => difference.left !== difference.right);
}
