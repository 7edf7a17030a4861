import type { ToHost, ToMachine } from '../../runtime/host/messages.ts';
import type { MachineConfig } from '../machine-core.ts';
import type { MessageEnd, ToDrives } from './protocol.ts';

/** Requests of a machine, as they go to what serves its drives. */
type Request = ToHost & { readonly type: 'request' };

/** A machine's connection to what serves its drives: counts what has not been answered. */
export class DriveLink {
  readonly #end: MessageEnd<ToDrives, ToMachine> | undefined;
  #names: ReadonlySet<string>;
  /** The drives of questions that are not answered, by the questions' ids; and who waits until there are none. */
  readonly #unanswered = new Map<number, string>();
  #waiting: { readonly isOver: () => boolean; readonly resolve: () => void }[] = [];
  #receive: (message: ToMachine) => void = () => {};
  /** The machine's state words, once it has been made. */
  #state: Int32Array | undefined;
  #isConnected = false;

  constructor(end: MessageEnd<ToDrives, ToMachine> | undefined, { drives = [] }: Pick<MachineConfig, 'drives'>) {
    this.#end = end;
    this.#names = new Set(drives.map(({ name }) => name));
  }

  /** The machine with these words has been made, and gets what the drives tell. */
  connect(state: Int32Array, receive: (message: ToMachine) => void): void {
    this.#receive = (message) => {
      if (message.type === 'completion') this.#answered(message.id);
      receive(message);
    };
    this.#state = state;
    this.#connectEnd();
  }

  /** As soon as there is a drive. */
  #connectEnd(): void {
    if (!this.#end || !this.#state || this.#isConnected || this.#names.size === 0) return;
    this.#isConnected = true;
    this.#end.onmessage = ({ data }) => this.#receive(data);
    this.#end.postMessage({ type: 'ready', state: this.#state });
  }

  /**
   * Gets what the drives have told so far without a turn of the event loop; false: that takes one. The host may have no other way, and
   * whoever waits for answers gets them in the event loop only: the guest may run for as long as it likes before.
   */
  take(): boolean {
    const end = this.#end;
    if (!end || !this.#isConnected) return true;
    if (!end.take) return false;
    for (let message = end.take(); message !== undefined; message = end.take()) this.#receive(message);
    return this.#waiting.length === 0;
  }

  /** Disks with these names are plugged in now. What was pulled out may have questions under way still. */
  plugged(names: readonly string[]): void {
    this.#names = new Set([...this.#names, ...names]);
    this.#connectEnd();
  }

  /** Whether a port is a drive's. */
  has(port: string): boolean {
    return this.#names.has(port);
  }

  ask(request: Request): void {
    this.#unanswered.set(request.id, request.port);
    this.#end?.postMessage(request);
  }

  /** Resolves when all questions have been answered. */
  allAnswered(): Promise<void> {
    return this.#when(() => this.#unanswered.size === 0);
  }

  /** Resolves when those of a drive have been; it must have been pulled out. */
  answered(name: string): Promise<void> {
    return this.#when(() => ![...this.#unanswered.values()].includes(name));
  }

  async #when(isOver: () => boolean): Promise<void> {
    if (isOver()) return;
    await new Promise<void>((resolve) => this.#waiting.push({ isOver, resolve }));
  }

  close(): void {
    this.#end?.close();
  }

  #answered(id: number): void {
    this.#unanswered.delete(id);
    if (this.#waiting.length === 0) return;
    // The core may ask for more when it has got this answer.
    queueMicrotask(() => {
      const over = this.#waiting.filter(({ isOver }) => isOver());
      this.#waiting = this.#waiting.filter((one) => !over.includes(one));
      for (const { resolve } of over) resolve();
    });
  }
}
