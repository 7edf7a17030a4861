import type { CallName, Calls, Command, MessageEnd, Report } from './protocol.ts';
import { RemoteCalls } from './remote-calls.ts';
import { wakeMachine } from './wake.ts';

/** Reports that are not the answer to a call. */
export type Notice = Exclude<Report, { type: 'answer' | 'refusal' }>;

/** The host's end of the connection to a machine's isolate. */
export class Connection {
  readonly #port: MessageEnd<Command, Report>;
  readonly #onNotice: (notice: Notice) => void;
  readonly #calls = new RemoteCalls<Calls>((call) => this.send(call));
  #state: Int32Array | undefined;
  #isClosed = false;

  constructor(port: MessageEnd<Command, Report>, onNotice: (notice: Notice) => void) {
    this.#port = port;
    this.#onNotice = onNotice;
    port.onmessage = ({ data }) => this.#receive(data);
  }

  /** Calls a function on the other side. Rejects with what it throws, or when the connection is closed. */
  call<Name extends CallName>(name: Name, ...args: Parameters<Calls[Name]>): Promise<ReturnType<Calls[Name]>> {
    return this.#calls.call(name, ...args);
  }

  /** Sends a message and makes the machine look at it, whatever it is doing. */
  send(command: Command): void {
    if (this.#isClosed) return;
    this.#port.postMessage(command);
    if (this.#state) wakeMachine(this.#state);
  }

  /**
   * Tells the machine that a number of bytes of output were taken. Its guest is not interrupted for that: a machine that stalls
   * looks for it by itself.
   */
  taken(length: number): void {
    if (!this.#isClosed) this.#port.postMessage({ type: 'taken', length });
  }

  /** Calls under way, and later ones, are rejected with this error. */
  close(reason: Error): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#port.close();
    this.#calls.close(reason);
  }

  #receive(report: Report): void {
    if (report.type === 'answer' || report.type === 'refusal') this.#calls.settle(report);
    else {
      if (report.type === 'ready') this.#state = report.state;
      this.#onNotice(report);
    }
  }
}
