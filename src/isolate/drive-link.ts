import type { ToHost, ToMachine } from '../../runtime/host/messages.ts';
import type { MachineConfig } from '../machine-core.ts';
import type { MessageEnd, ToDrives } from './protocol.ts';

/** Requests of a machine, as they go to what serves its drives. */
type Request = ToHost & { readonly type: 'request' };

/** A machine's connection to what serves its drives: counts what has not been answered. */
export class DriveLink {
  readonly #end: MessageEnd<ToDrives, ToMachine> | undefined;
  readonly #names: ReadonlySet<string>;
  /** Questions that the drives have not answered, and who waits until there are none. */
  #unanswered = 0;
  readonly #waiting: (() => void)[] = [];
  #receive: (message: ToMachine) => void = () => {};

  constructor(end: MessageEnd<ToDrives, ToMachine> | undefined, { drives = [] }: Pick<MachineConfig, 'drives'>) {
    this.#end = end;
    this.#names = new Set(drives.map(({ name }) => name));
  }

  /** The machine with these words has been made, and gets what the drives tell. */
  connect(state: Int32Array, receive: (message: ToMachine) => void): void {
    if (!this.#end) return;
    this.#receive = (message) => {
      if (message.type === 'completion') this.#answered();
      receive(message);
    };
    this.#end.onmessage = ({ data }) => this.#receive(data);
    this.#end.postMessage({ type: 'ready', state });
  }

  /** Gets what the drives have told so far without a turn of the event loop; false where the host has no way to do that. */
  take(): boolean {
    const end = this.#end;
    if (!end) return true;
    if (!end.take) return false;
    for (let message = end.take(); message !== undefined; message = end.take()) this.#receive(message);
    return true;
  }

  /** Whether a port is a drive's. */
  has(port: string): boolean {
    return this.#names.has(port);
  }

  ask(request: Request): void {
    this.#unanswered++;
    this.#end?.postMessage(request);
  }

  /** Resolves when all questions have been answered. */
  async allAnswered(): Promise<void> {
    if (this.#unanswered === 0) return;
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  close(): void {
    this.#end?.close();
  }

  #answered(): void {
    this.#unanswered--;
    // The core may ask for more when it has got this answer.
    queueMicrotask(() => {
      if (this.#unanswered > 0) return;
      for (const resolve of this.#waiting.splice(0)) resolve();
    });
  }
}
