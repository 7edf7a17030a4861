import { ConfigurationError } from '../util/errors.ts';

/** Functions that are called by messages, by name. */
type Functions<Calls> = Record<keyof Calls, (...args: never[]) => unknown>;

/** A call on its way to another isolate. */
export interface CallMessage<Name> {
  readonly type: 'call';
  readonly id: number;
  readonly name: Name;
  readonly args: readonly unknown[];
}

/** An error as it crosses from one isolate to another. */
export interface ErrorReport {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  /** The option at fault. */
  readonly option?: string;
}

/** How a call ended. */
export type CallEnd =
  | { readonly type: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly type: 'refusal'; readonly id: number; readonly error: ErrorReport };

interface PendingCall {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** The end that calls. */
export class RemoteCalls<Calls extends Functions<Calls>> {
  readonly #send: (message: CallMessage<keyof Calls>) => void;
  readonly #pending = new Map<number, PendingCall>();
  #lastId = 0;
  #closed: Error | undefined;

  constructor(send: (message: CallMessage<keyof Calls>) => void) {
    this.#send = send;
  }

  /** Calls a function on the other side. Rejects with what it throws, or when the connection is closed. */
  call<Name extends keyof Calls>(name: Name, ...args: Parameters<Calls[Name]>): Promise<ReturnType<Calls[Name]>> {
    if (this.#closed) return Promise.reject(this.#closed);
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve: resolve as (value: unknown) => void, reject });
      this.#send({ type: 'call', id, name, args });
    });
  }

  /** A call has ended. */
  settle(end: CallEnd): void {
    const call = this.#pending.get(end.id);
    this.#pending.delete(end.id);
    if (end.type === 'answer') call?.resolve(end.value);
    else call?.reject(restoreError(end.error));
  }

  /** Calls under way, and later ones, are rejected with this error. */
  close(reason: Error): void {
    this.#closed ??= reason;
    for (const call of this.#pending.values()) call.reject(reason);
    this.#pending.clear();
  }
}

export function reportError(thrown: unknown): ErrorReport {
  if (!(thrown instanceof Error)) return { name: 'Error', message: String(thrown) };
  const option = thrown instanceof ConfigurationError ? thrown.option : undefined;
  return {
    ...{ name: thrown.name, message: thrown.message },
    ...(thrown.stack !== undefined && { stack: thrown.stack }),
    ...(option !== undefined && { option }),
  };
}

/** The error that was reported, as an Error of this isolate. */
export function restoreError({ name, message, stack, option }: ErrorReport): Error {
  const error: Error = name === 'ConfigurationError' ? new ConfigurationError(message, option) : new Error(message);
  error.name = name;
  if (stack !== undefined) error.stack = stack;
  return error;
}
