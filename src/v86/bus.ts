import type { Event } from './types.ts';

/** Called with an event's value, and with what it was registered with as `this`. */
export type BusListener<Value> = (value: Value) => unknown;

interface Registered {
  readonly listener: BusListener<never>;
  readonly self: unknown;
}

/** v86's bus, seen from a page: what the machine tells comes from it, and what is sent goes to the machine. */
export class Bus {
  readonly #listeners = new Map<string, Registered[]>();
  readonly #take: (name: string, value: unknown) => void;
  readonly #wanted: (name: string) => void;

  /**
   * @param take gets what is sent to the machine
   * @param wanted hears of events that somebody begins to listen to
   */
  constructor(take: (name: string, value: unknown) => void, wanted: (name: string) => void) {
    this.#take = take;
    this.#wanted = wanted;
  }

  /** Calls a listener at each event of this name from now on, with `self` as its `this`. */
  register<Name extends keyof Event>(name: Name, listener: BusListener<Event[Name]>, self?: unknown): void {
    const others = this.#listeners.get(name) ?? [];
    this.#listeners.set(name, [...others, { listener, self }]);
    this.#wanted(name);
  }

  /** Stops calling it. */
  unregister<Name extends keyof Event>(name: Name, listener: BusListener<Event[Name]>): void {
    const others = (this.#listeners.get(name) ?? []).filter((one) => one.listener !== listener);
    this.#listeners.set(name, others);
  }

  /**
   * Sends to the machine: "keyboard-code", "serial0-input", "net0-receive" and others.
   * @throws ConfigurationError for a name that the machine doesn't take
   */
  send(name: string, value?: unknown): void {
    this.#take(name, value);
  }

  /** Whether somebody listens. @internal */
  has(name: keyof Event): boolean {
    return (this.#listeners.get(name)?.length ?? 0) > 0;
  }

  /** The machine tells something. A listener that throws is an uncaught error of the program, and no other listener's. @internal */
  emit<Name extends keyof Event>(name: Name, ...[value]: Event[Name] extends undefined ? [] : [Event[Name]]): void {
    for (const { listener, self } of this.#listeners.get(name) ?? [])
      try {
        listener.call(self, value as never);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
  }
}
