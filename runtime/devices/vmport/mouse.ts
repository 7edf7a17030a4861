import type { HostStream } from '../../host/stream.ts';
import { byteQueue, type Component, describe, flag, starting } from '../../snapshot/describe.ts';
import { MouseButton, MouseCommand, MouseMode, type MouseModeValue, MouseStatus } from './registers.ts';

export interface VmMouseOptions {
  /**
   * To the host. In: six bytes for what has happened, as the lines of other pointers have them: places from 0 to 32767 with y down, or movements
   * with y upwards; the wheel towards the user; the buttons that are down. Out: a byte, one of MouseMode, when the guest has changed the mode.
   */
  readonly line: HostStream;
  /** Has the mouse of the keyboard controller send a packet, by which the driver learns that there is something to read. */
  readonly notify: () => void;
}

const EVENT_BYTES = 6;
const WORD_BYTES = 4;
const PACKET_BYTES = 4 * WORD_BYTES;
/** Words that wait for the driver: room for 256 packets, as in QEMU. */
const MOST_WORDS = 1024;
/** A packet that tells of movement. */
const IS_RELATIVE = 0x0001_0000;

const mouseState = describe({
  /** Events of the host's for which there was no room yet. */
  waiting: byteQueue,
  /** Words that the driver has not read. */
  words: byteQueue,
  isDisabled: starting(flag, true),
  isAbsolute: flag,
});

/** VMware's absolute mouse, as QEMU's vmmouse: its driver reads packets of four words by calls of the backdoor. */
export class VmMouse {
  readonly component: Component;
  readonly #options: VmMouseOptions;
  readonly #state = mouseState.create();
  /** Derived: the mode that the host knows of. */
  #told: MouseModeValue = MouseMode.off;

  constructor(options: VmMouseOptions) {
    this.#options = options;
    this.component = mouseState.bind('vmmouse', this.#state, { restored: () => this.#tell(this.#mode) });
    options.line.onInput = (bytes) => {
      this.#state.waiting.push(bytes);
      this.#takeEvents();
    };
  }

  /** Power on, or a hard reset. */
  reset(): void {
    this.#state.isAbsolute = false;
    this.#disable();
  }

  /** Words that wait, and a status that is not 0 while the mouse is off. */
  get status(): number {
    const { isDisabled, words } = this.#state;
    return (((isDisabled ? MouseStatus.off : 0) << 16) | (words.length / WORD_BYTES)) >>> 0;
  }

  command(command: number): void {
    switch (command) {
      case MouseCommand.disable:
        this.#disable();
        break;
      case MouseCommand.readId:
        this.#enable();
        break;
      case MouseCommand.requestRelative:
        this.#setAbsolute(false);
        break;
      case MouseCommand.requestAbsolute:
        this.#setAbsolute(true);
        break;
    }
  }

  /** The next words; none, and the mouse is off, if there are not as many as a call can give. */
  read(count: number): readonly number[] {
    const { words } = this.#state;
    if (count < 1 || count > MouseStatus.mostRead || count * WORD_BYTES > words.length) {
      this.#disable();
      return [];
    }
    const bytes = words.peek(count * WORD_BYTES).slice();
    words.drop(bytes.length);
    this.#takeEvents();
    const view = new DataView(bytes.buffer);
    return Array.from({ length: count }, (_, n) => view.getUint32(n * WORD_BYTES, true));
  }

  /** Forgets unread words too: a driver that begins again expects the identification first. */
  #disable(): void {
    this.#state.isDisabled = true;
    this.#state.words.clear();
    this.#takeEvents();
    this.#change();
  }

  #enable(): void {
    if (this.#state.words.length < MOST_WORDS * WORD_BYTES) this.#push([MouseStatus.identification]);
    this.#state.isDisabled = false;
    this.#change();
  }

  #setAbsolute(isAbsolute: boolean): void {
    if (this.#state.isDisabled) return;
    this.#state.isAbsolute = isAbsolute;
    this.#change();
  }

  get #mode(): MouseModeValue {
    const { isDisabled, isAbsolute } = this.#state;
    if (isDisabled) return MouseMode.off;
    return isAbsolute ? MouseMode.absolute : MouseMode.relative;
  }

  #change(): void {
    if (this.#mode !== this.#told) this.#tell(this.#mode);
  }

  #tell(mode: MouseModeValue): void {
    this.#told = mode;
    this.#options.line.write(Uint8Array.of(mode));
  }

  /** Makes packets of events. While the mouse is off they are forgotten. */
  #takeEvents(): void {
    const { waiting, words, isDisabled } = this.#state;
    while (waiting.length >= EVENT_BYTES) {
      const isFull = words.length > MOST_WORDS * WORD_BYTES - PACKET_BYTES;
      if (isFull && !isDisabled) return;
      const event = waiting.peek(EVENT_BYTES).slice();
      waiting.drop(EVENT_BYTES);
      this.#options.line.taken(EVENT_BYTES);
      if (isDisabled) continue;
      this.#push(this.#packet(new DataView(event.buffer)));
      this.#options.notify();
    }
  }

  #packet(event: DataView): number[] {
    const { isAbsolute } = this.#state;
    const pressed = event.getUint8(5);
    const buttons = MouseButton.reduce((bits, bit, n) => bits | ((pressed >> n) & 1 ? bit : 0), 0);
    const [x, y, wheel] = [event.getInt16(0, true), event.getInt16(2, true), event.getInt8(4)];
    return isAbsolute ? [buttons, x << 1, y << 1, wheel] : [buttons | IS_RELATIVE, x, y, wheel];
  }

  #push(words: readonly number[]): void {
    this.#state.words.push(new Uint8Array(Int32Array.from(words).buffer));
  }
}
