import type { PowerControl } from '../../bus/power.ts';
import { MouseMode } from '../../devices/vmport/registers.ts';
import { KEY_EVENT_BYTES, pauseAt } from '../../host/key-events.ts';
import type { HostStream } from '../../host/stream.ts';
import type { BusMemory } from '../../memory/bus-memory.ts';
import type { ByteQueue } from '../../snapshot/byte-queue.ts';
import { byteQueue, type Component, describe, u8 } from '../../snapshot/describe.ts';
import type { Clock } from '../../time/clock.ts';
import type { EventQueue, Timer } from '../../time/events.ts';
import type { XenDomain } from '../domain.ts';
import type { Backend, FrontValues } from './bus.ts';
import { EVENT_BYTES, EventRing, type EventRingPlace, eventOf } from './event-ring.ts';
import { type FrontChannel, frontChannel } from './front-channel.ts';
import { grantedPage, numberedPage } from './front-page.ts';
import { FIRST_BUTTON, linuxKey } from './linux-keys.ts';

/** The rings of struct xenkbd_page (io/kbdif.h). No events come from the guest, as none are defined. */
const toGuest: EventRingPlace = { at: 1024, events: Math.floor(2048 / EVENT_BYTES), consumed: 0, produced: 4 };
const fromGuest: EventRingPlace = { at: 3072, events: Math.floor(1024 / EVENT_BYTES), consumed: 8, produced: 12 };
/** Types of events. */
const EventType = { motion: 1, key: 3, position: 4 } as const;

/** Bytes of the host's for what a pointer does. */
const POINTER_BYTES = 6;
const BUTTONS = 5;
/** Places that the host tells go from 0 to this, as those of a front end do that asks for raw ones. */
const LAST_PLACE = 0x7fff;

const keyboardState = describe({
  /** Input for which the guest has had no room. */
  keys: byteQueue,
  movements: byteQueue,
  /** The buttons that are down, as far as the guest was told. */
  buttons: u8,
  /** The host's number of the key that is held; 0: none is, or another one went up. */
  repeating: u8,
});

export interface KeyboardBackendOptions {
  /** Unique in the machine; names the state. */
  readonly name: string;
  readonly domain: XenDomain;
  readonly memory: BusMemory;
  readonly clock: Clock;
  readonly events: EventQueue;
  /** A key wakes a machine that is suspended, as one of the i8042's keyboard does. */
  readonly power: Pick<PowerControl, 'wake'>;
  /** In: keys and pauses (host/key-events.ts). Out: a byte, 80h when the guest begins to use it, 0 when it ends. */
  readonly keys: HostStream;
  /** In: six bytes, as the lines of other pointers have them (devices/usb-hid/pointer.ts). Out: a byte, one of MouseMode. */
  readonly pointer: HostStream;
}

const USED = 0x80;
/** Nanoseconds until a held key repeats, and from one repetition to the next: those of a PC's keyboard. Front ends leave it to the back end. */
const [REPEAT_DELAY, REPEAT_PERIOD] = [500e6, 92e6];
/** Nanoseconds from one key to the next, and from one movement: a driver's readers lose what comes faster than they read. */
const [KEY_PAUSE, MOVEMENT_PAUSE] = [10e6, 1e6];

interface Front {
  readonly toGuest: EventRing;
  readonly fromGuest: EventRing;
  readonly channel: FrontChannel;
  readonly isAbsolute: () => boolean;
}

/** The back end of a keyboard and a pointer (Xen's io/kbdif.h): keys with Linux's numbers, movements or places, as the front end asks for. */
export class KeyboardBackend implements Backend {
  readonly kind = 'vkbd';
  readonly number = 0;
  readonly component: Component;
  readonly #options: KeyboardBackendOptions;
  readonly #state = keyboardState.create();
  readonly #repeat: Timer;
  readonly #pauses: { readonly keys: Timer; readonly movements: Timer };
  #front: Front | null = null;
  /** Derived: how the host knows that the guest uses the pointer. */
  #told: number = MouseMode.off;

  constructor(options: KeyboardBackendOptions) {
    const { name, keys, pointer, events } = options;
    this.#options = options;
    this.component = keyboardState.bind(name, this.#state);
    this.#repeat = events.timer(`${name} repeat`, () => this.#repeatKey());
    this.#pauses = {
      keys: events.timer(`${name} key`, (_, due) => this.#serve(due)),
      movements: events.timer(`${name} movement`, () => this.#serve()),
    };
    keys.onInput = (bytes) => this.#comes(this.#state.keys, bytes);
    pointer.onInput = (bytes) => this.#comes(this.#state.movements, bytes);
  }

  frontNodes(): Readonly<Record<string, string>> {
    return {};
  }

  /** Front ends that read no size take places for pixels; Linux's and those that ask for raw places have the whole range. */
  backNodes(): Readonly<Record<string, string>> {
    const [width, height] = [`${LAST_PLACE}`, `${LAST_PLACE}`];
    return { 'feature-abs-pointer': '1', 'feature-raw-pointer': '1', width, height };
  }

  connect(front: FrontValues): Readonly<Record<string, string>> | null {
    const { memory, domain } = this.#options;
    const reference = front('page-gref');
    const page =
      reference === undefined ? numberedPage(memory, front('page-ref')) : grantedPage(domain.grants, reference);
    if (page() === null) return null;
    const channel = frontChannel(domain.channels, front('event-channel'), () => this.#serve());
    if (channel === null) return null;
    this.#front = {
      toGuest: new EventRing(memory, page, toGuest),
      fromGuest: new EventRing(memory, page, fromGuest),
      channel,
      isAbsolute: () => front('request-abs-pointer') === '1',
    };
    this.#tell(this.#mode);
    return {};
  }

  start(): void {
    this.#serve();
  }

  /** Old front ends ask for places only when they have seen that they may. */
  confirmed(): void {
    if (this.#mode !== this.#told) this.#tell(this.#mode);
  }

  /** Input that waits is for a driver that has gone. */
  disconnect(): void {
    this.#front?.channel.close();
    this.#front = null;
    this.#state.buttons = 0;
    this.#setRepeating(0);
    for (const pause of Object.values(this.#pauses)) pause.disarm();
    this.#drop(this.#state.keys, this.#options.keys);
    this.#drop(this.#state.movements, this.#options.pointer);
    if (this.#told !== MouseMode.off) this.#tell(MouseMode.off);
  }

  get #mode(): number {
    if (this.#front === null) return MouseMode.off;
    return this.#front.isAbsolute() ? MouseMode.absolute : MouseMode.relative;
  }

  #tell(mode: number): void {
    const { keys, pointer } = this.#options;
    this.#told = mode;
    keys.write(Uint8Array.of(mode === MouseMode.off ? 0 : USED));
    pointer.write(Uint8Array.of(mode));
  }

  #drop(queue: ByteQueue, stream: HostStream): void {
    stream.taken(queue.length);
    queue.clear();
  }

  /** The host sends something. Without a driver it is dropped. */
  #comes(queue: ByteQueue, bytes: Uint8Array): void {
    queue.push(bytes);
    if (this.#front === null) this.disconnect();
    else this.#serve();
  }

  /** Something waits for the guest, or it has room again. */
  #serve(since = this.#options.clock.now()): void {
    const front = this.#front;
    if (front === null) return;
    front.fromGuest.take();
    let hasSent = false;
    while (this.#sendKey(front, since) || this.#sendMovement(front)) hasSent = true;
    if (hasSent) front.channel.raise();
  }

  /**
   * False: there is none, or no room for one, or it is too early. A pause begins when the key before has had its time (`since`), however
   * late that was noticed, so that no key repeats that is held for a shorter time.
   */
  #sendKey({ toGuest }: Front, since: number): boolean {
    const { keys } = this.#state;
    if (keys.length < KEY_EVENT_BYTES || toGuest.room === 0 || this.#pauses.keys.deadline !== Infinity) return false;
    const pause = pauseAt(keys);
    const [key, isDown] = [keys.shift()!, keys.shift()!];
    this.#options.keys.taken(KEY_EVENT_BYTES);
    if (pause !== null) {
      this.#pauses.keys.arm(since + pause);
      return false;
    }
    const number = linuxKey(key);
    if (number === undefined || (isDown !== 0 && key === this.#state.repeating)) return true;
    if (isDown !== 0) this.#options.power.wake();
    toGuest.put(keyEvent(number, isDown !== 0));
    this.#pauses.keys.arm(this.#options.clock.now() + KEY_PAUSE);
    this.#setRepeating(isDown === 0 ? 0 : key);
    return true;
  }

  #setRepeating(key: number): void {
    this.#state.repeating = key;
    if (key === 0) this.#repeat.disarm();
    else this.#repeat.arm(this.#options.clock.now() + REPEAT_DELAY);
  }

  #repeatKey(): void {
    const number = linuxKey(this.#state.repeating);
    if (this.#front !== null && number !== undefined && this.#front.toGuest.room > 0) {
      this.#front.toGuest.put(keyEvent(number, true));
      this.#front.channel.raise();
    }
    this.#repeat.arm(this.#options.clock.now() + REPEAT_PERIOD);
  }

  #sendMovement({ toGuest, isAbsolute }: Front): boolean {
    const { movements } = this.#state;
    const { movements: pause } = this.#pauses;
    if (movements.length < POINTER_BYTES || toGuest.room <= BUTTONS || pause.deadline !== Infinity) return false;
    const bytes = movements.peek(POINTER_BYTES);
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const [x, y, wheel] = [view.getInt16(0, true), view.getInt16(2, true), view.getInt8(4)];
    const buttons = view.getUint8(5);
    movements.drop(POINTER_BYTES);
    this.#options.pointer.taken(POINTER_BYTES);
    pause.arm(this.#options.clock.now() + MOVEMENT_PAUSE);
    if (isAbsolute()) toGuest.put(eventOf(EventType.position, Math.max(x, 0), Math.max(y, 0), wheel));
    // The host counts movements upwards.
    else if (x !== 0 || y !== 0 || wheel !== 0) toGuest.put(eventOf(EventType.motion, x, -y, wheel));
    this.#sendButtons(toGuest, buttons);
    return true;
  }

  #sendButtons(ring: EventRing, buttons: number): void {
    const changed = buttons ^ this.#state.buttons;
    for (let n = 0; n < BUTTONS; n++)
      if ((changed & (1 << n)) !== 0) ring.put(keyEvent(FIRST_BUTTON + n, (buttons & (1 << n)) !== 0));
    this.#state.buttons = buttons & ((1 << BUTTONS) - 1);
  }
}

function keyEvent(number: number, isDown: boolean): DataView {
  const event = eventOf(EventType.key, number);
  event.setUint8(1, isDown ? 1 : 0);
  return event;
}
