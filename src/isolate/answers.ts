import type { Calls } from './protocol.ts';

/** The functions that answer calls, at once or later. */
export type Answers = {
  readonly [Name in keyof Calls]: (
    ...args: Parameters<Calls[Name]>
  ) => ReturnType<Calls[Name]> | Promise<ReturnType<Calls[Name]>>;
};

/** Calls a function of those that a part of the machine's core offers. */
export function callByName<Calls>(calls: Calls, name: keyof Calls, args: readonly unknown[]): unknown {
  return (calls[name] as (...args: unknown[]) => unknown).apply(calls, [...args]);
}
