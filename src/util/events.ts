import { checkFunction, shown } from './checks.ts';

/**
 * Called with an event's value. What it returns may be a promise of when it is done with it. What it throws, or that
 * promise rejects with, is an uncaught error of the program, as with an EventTarget: nothing here fails with it.
 */
export type Listener<Value> = (value: Value) => unknown;

/** A source of events, each with its type of value. */
export class Emitter<Events extends object> {
  readonly #listeners = new Map<keyof Events, Set<Listener<never>>>();

  /** Calls the listener at each event of this name from now on. */
  on<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): this {
    checkFunction(`the listener of ${shown(name)}`, listener);
    const listeners = this.#listeners.get(name);
    if (listeners) listeners.add(listener);
    else this.#listeners.set(name, new Set([listener]));
    return this;
  }

  /** Calls the listener at the next event of this name. */
  once<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): this {
    checkFunction(`the listener of ${shown(name)}`, listener);
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

  /** Calls the listeners in the order they came. Resolves, always, when they are done. */
  protected async emit<Name extends keyof Events>(name: Name, value: Events[Name]): Promise<void> {
    const listeners = [...(this.#listeners.get(name) ?? [])] as Listener<Events[Name]>[];
    await Promise.all(listeners.map((listener) => tell(listener, value)));
  }
}

async function tell<Value>(listener: Listener<Value>, value: Value): Promise<void> {
  try {
    await listener(value);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
