import { Word } from '../../translator/abi/state.ts';
import type { CallName, Calls, Command, ErrorReport, MessageEnd, Report } from './protocol.ts';

/** Reports that are not the answer to a call. */
export type Notice = Exclude<Report, { type: 'answer' | 'refusal' }>;

interface PendingCall {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** The host's end of the connection to a machine's isolate. */
export class Connection {
  readonly #port: MessageEnd<Command, Report>;
  readonly #onNotice: (notice: Notice) => void;
  readonly #pending = new Map<number, PendingCall>();
  #lastId = 0;
  #state: Int32Array | undefined;
  #closed: Error | undefined;

  constructor(port: MessageEnd<Command, Report>, onNotice: (notice: Notice) => void) {
    this.#port = port;
    this.#onNotice = onNotice;
    port.onmessage = ({ data }) => this.#receive(data);
  }

  /** Calls a function on the other side. Rejects with what it throws, or when the connection is closed. */
  call<Name extends CallName>(name: Name, ...args: Parameters<Calls[Name]>): Promise<ReturnType<Calls[Name]>> {
    if (this.#closed) return Promise.reject(this.#closed);
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve: resolve as (value: unknown) => void, reject });
      this.send({ type: 'call', id, name, args });
    });
  }

  /** Sends a message and makes the machine look at it, whatever it is doing. */
  send(command: Command): void {
    if (this.#closed) return;
    this.#port.postMessage(command);
    if (!this.#state) return;
    // In this order: who is called finds out why.
    Atomics.store(this.#state, Word.wake, 1);
    Atomics.store(this.#state, Word.attention, 1);
    Atomics.notify(this.#state, Word.wake);
  }

  /** Calls under way, and later ones, are rejected with this error. */
  close(reason: Error): void {
    if (this.#closed) return;
    this.#closed = reason;
    this.#port.close();
    for (const call of this.#pending.values()) call.reject(reason);
    this.#pending.clear();
  }

  #receive(report: Report): void {
    if (report.type === 'answer') this.#settle(report.id, (call) => call.resolve(report.value));
    else if (report.type === 'refusal') this.#settle(report.id, (call) => call.reject(restoreError(report.error)));
    else {
      if (report.type === 'ready') this.#state = report.state;
      this.#onNotice(report);
    }
  }

  #settle(id: number, how: (call: PendingCall) => void): void {
    const call = this.#pending.get(id);
    this.#pending.delete(id);
    if (call) how(call);
  }
}

/** The error that was reported, as an Error of this isolate. */
export function restoreError({ name, message, stack }: ErrorReport): Error {
  const error = new Error(message);
  error.name = name;
  if (stack !== undefined) error.stack = stack;
  return error;
}
