import type { KeyFilter } from '../escape.ts';
import type { CharacterDevice, Connection, ConnectionPeer } from './connection.ts';

/** Actions of the emulator that keys on the console start. */
export interface ConsoleActions {
  exit(): void;
  help(): void;
}

/** A device that takes input. */
type Receiver = CharacterDevice & Required<Pick<CharacterDevice, 'receive'>>;

/** Devices that share a connection: what each of them sends goes there. */
abstract class Sharing implements ConnectionPeer {
  protected readonly receivers: readonly Receiver[];
  readonly #filter: KeyFilter;
  readonly #actions: ConsoleActions;

  constructor(connection: Connection, devices: readonly CharacterDevice[], filter: KeyFilter, actions: ConsoleActions) {
    this.receivers = devices.filter((device): device is Receiver => device.receive !== undefined);
    this.#filter = filter;
    this.#actions = actions;
    for (const device of devices) device.connect((bytes) => connection.write(bytes));
  }

  get takesInput(): boolean {
    return this.receivers.length > 0;
  }

  get answers(): boolean {
    return this.receiver?.answers === true;
  }

  opened(): void {
    for (const device of this.receivers) device.opened?.();
  }

  async receive(bytes: Uint8Array): Promise<void> {
    const given: Promise<void>[] = [];
    for (const part of this.#filter.split(bytes)) {
      if (part === 'monitor') this.next();
      else if (typeof part === 'string') this.#actions[part]();
      else given.push(this.give(part));
    }
    await Promise.all(given);
  }

  protected async give(bytes: Uint8Array): Promise<void> {
    await this.receiver?.receive(bytes);
  }

  /** The receiver of input now. */
  protected abstract get receiver(): Receiver | undefined;
  /** Input is to go to another device. */
  protected abstract next(): void;
}

/** Input goes to one device at a time; Ctrl-A c chooses the next. The last one has it first, as in QEMU. */
export class Multiplexer extends Sharing {
  #focus = this.receivers.length - 1;

  override opened(): void {
    for (const [n, device] of this.receivers.entries()) device.focus?.(n === this.#focus);
    super.opened();
  }

  protected get receiver(): Receiver | undefined {
    return this.receivers[this.#focus];
  }

  protected next(): void {
    if (this.receivers.length < 2) return;
    this.receivers[this.#focus].focus?.(false);
    this.#focus = (this.#focus + 1) % this.receivers.length;
    this.receivers[this.#focus].focus?.(true);
  }
}

/** Input goes to the one device that takes some; what others send is shown beside. */
export class SingleReceiver extends Sharing {
  protected next(): void {}

  protected get receiver(): Receiver | undefined {
    return this.receivers[0];
  }
}
