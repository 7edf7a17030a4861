/** Called with an event's value. What it returns may be a promise of when it is done with it. */
export type Listener<Value> = (value: Value) => unknown;

/** A source of events, each with its type of value. */
export class Emitter<Events extends object> {
  readonly #listeners = new Map<keyof Events, Set<Listener<never>>>();

  /** Calls the listener at each event of this name from now on. */
  on<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): this {
    const listeners = this.#listeners.get(name);
    if (listeners) listeners.add(listener);
    else this.#listeners.set(name, new Set([listener]));
    return this;
  }

  /** Calls the listener at the next event of this name. */
  once<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): this {
    const wrapper = (value: Events[Name]) => {
      this.off(name, wrapper);
      return listener(value);
    };
    return this.on(name, wrapper);
  }

  /** Stops calling the listener. */
  off<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): this {
    this.#listeners.get(name)?.delete(listener);
    return this;
  }

  protected hasListeners(name: keyof Events): boolean {
    return (this.#listeners.get(name)?.size ?? 0) > 0;
  }

  /** Calls the listeners in the order they came; returns what they returned. */
  protected emit<Name extends keyof Events>(name: Name, value: Events[Name]): unknown[] {
    const listeners = [...(this.#listeners.get(name) ?? [])] as Listener<Events[Name]>[];
    return listeners.map((listener) => listener(value));
  }
}
