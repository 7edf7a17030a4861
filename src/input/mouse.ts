import { MouseMode } from '../../runtime/devices/vmport/registers.ts';
import type { Outflow } from '../isolate/flow.ts';
import { shown } from '../util/checks.ts';
import { promised } from '../util/promised.ts';

/** A button of the mouse; back and forward are at its side. */
export type MouseButton = 'left' | 'right' | 'middle' | 'back' | 'forward';

/** In the order of their bits. */
const buttons: readonly MouseButton[] = ['left', 'right', 'middle', 'back', 'forward'];
/** As far as it moves at once: what fits into one message. */
export const MOST_MOVED = 32767;
const MOST_TURNED = 127;

/** The numbers of places on a tablet go from 0 to this. */
const LAST_PLACE = 32767;

/** Where a pointer is on the screen. */
export interface PointerPlace {
  /** From 0, at the left edge, to 1. */
  readonly x: number;
  /** From 0, at the top, to 1. */
  readonly y: number;
}

/** A device that reports movements or places: the mouse of the i8042, one on the USB, VMware's, or Xen's pointer. */
export type PointerName = 'ps2' | 'usb' | 'tablet' | 'vmmouse' | 'xen';

/** One of a machine's pointers. */
export interface Pointer {
  /** The kind of pointer. */
  readonly name: PointerName;
  /** From 0, in the order in which the machine was given them; the one of the i8042 is the first. */
  readonly number: number;
  /** Whether it reports places (`Mouse.moveTo`). */
  readonly isAbsolute: boolean;
}

/** Ways to the machine's pointers; those on the USB stand in the order of its ports. VMware's and Xen's are there while the guest uses them. */
export interface MouseLines {
  readonly ps2: Outflow;
  readonly vmmouse?: Outflow | undefined;
  readonly xen?: Outflow | undefined;
  readonly usb?: Outflow | undefined;
  readonly tablet?: Outflow | undefined;
}

/**
 * The machine's mouse. It tells of movements, and where the guest uses a tablet (`MachineOptions.usb`), VMware's mouse or Xen's pointer of places too. Promises
 * resolve when the machine has taken what came before; they reject when it has ended, or ends before.
 */
export class Mouse {
  #lines: MouseLines;
  #all: readonly PointerName[];
  #buttons = 0;
  /** The last place on the screen. */
  #place = { x: 0, y: 0 };
  /** All pointers. The first one has the buttons and the wheel. */
  #order: readonly PointerName[];
  /** The pointers, except that of the i8042, that the guest uses. */
  readonly #used = new Set<PointerName>();
  /** The pointers that report places. VMware's and Xen's are among them, or are not, as the guest wants it. */
  readonly #absolute = new Set<PointerName>(['tablet']);

  /** @internal */
  constructor(lines: MouseLines) {
    this.#lines = lines;
    this.#all = (Object.keys(lines) as PointerName[]).filter((name) => lines[name] !== undefined);
    this.#order = this.#all;
  }

  /**
   * A pointer has come; undefined: it has gone.
   * @internal
   */
  plug(name: Exclude<PointerName, 'ps2'>, line: Outflow | undefined): void {
    this.#lines = { ...this.#lines, [name]: line };
    this.#used.delete(name);
    const [all, order] = [this.#all, this.#order].map((names) => names.filter((one) => one !== name));
    this.#all = line ? [...all!, name] : all!;
    this.#order = line ? [...order!, name] : order!;
  }

  /** The guest begins or ends to use a pointer on the USB: the last byte says so. */
  #uses(name: PointerName, bytes: Uint8Array): void {
    if (bytes.at(-1) === 1) {
      this.#used.add(name);
      this.choose(name);
    } else {
      this.#used.delete(name);
      this.#order = [...this.#order.filter((one) => one !== name), name];
    }
  }

  /**
   * Takes what the mouse on the USB tells.
   * @internal
   */
  readonly usb = { receive: async (bytes: Uint8Array): Promise<void> => this.#uses('usb', bytes) };

  /**
   * Takes what the tablet tells.
   * @internal
   */
  readonly tablet = { receive: async (bytes: Uint8Array): Promise<void> => this.#uses('tablet', bytes) };

  /**
   * Takes what VMware's mouse tells of its use by the guest, which decides whether it reports places. `line` leads to it.
   * @internal
   */
  vmmouse(line: Outflow): { receive(bytes: Uint8Array): Promise<void> } {
    return this.#withModes('vmmouse', line);
  }

  /**
   * Takes what the pointer of Xen tells of its use by the guest, as that of VMware's.
   * @internal
   */
  xen(line: Outflow): { receive(bytes: Uint8Array): Promise<void> } {
    return this.#withModes('xen', line);
  }

  #withModes(name: 'vmmouse' | 'xen', line: Outflow): { receive(bytes: Uint8Array): Promise<void> } {
    return {
      receive: async (bytes) => {
        const mode = bytes.at(-1);
        this.plug(name, mode === MouseMode.off ? undefined : line);
        if (mode === MouseMode.absolute) this.#absolute.add(name);
        else this.#absolute.delete(name);
        if (mode !== MouseMode.off) this.#uses(name, Uint8Array.of(1));
      },
    };
  }

  /** Its pointers: the first one is used. */
  get pointers(): readonly Pointer[] {
    const [all, absolute] = [this.#all, this.#absolute];
    return this.#order.map((name) => ({ name, number: all.indexOf(name), isAbsolute: absolute.has(name) }));
  }

  /** From now on this pointer is used, until the guest begins to use another one. One that is not there changes nothing. */
  choose(name: PointerName): void {
    if (this.#order.includes(name)) this.#order = [name, ...this.#order.filter((one) => one !== name)];
  }

  /** The last place of `moveTo`, from 0 to 1. */
  get place(): PointerPlace {
    return { x: this.#place.x / LAST_PLACE, y: this.#place.y / LAST_PLACE };
  }

  /** Whether the first pointer reports places: they are what to tell (`moveTo`), and clicks go there. */
  get isAbsolute(): boolean {
    return this.#absolute.has(this.#order[0]!);
  }

  /**
   * Moves the pointer to a place on the screen: from 0, which is left or at the top, to 1. Without a tablet, a mouse of VMware's or a pointer of
   * Xen's that the guest uses nothing moves; it need not be the first pointer. Rejects with a RangeError for what are no numbers from 0 to 1.
   */
  moveTo(x: number, y: number): Promise<void> {
    return promised(() => {
      this.#place = { x: placeOf('x', x), y: placeOf('y', y) };
      return this.#sendPlace(0);
    });
  }

  /**
   * Moves it by counts, about as many as pixels: `x` to the right, `y` down the screen. Rejects with a RangeError for what are no whole
   * numbers from -32767 to 32767.
   */
  move(x: number, y: number): Promise<void> {
    return promised(() => this.#send(checked('x', x, MOST_MOVED), checked('y', y, MOST_MOVED), 0));
  }

  /**
   * Turns the wheel by steps, positive ones towards the user: the page moves up. Rejects with a RangeError for what is no whole number
   * from -127 to 127.
   */
  wheel(steps: number): Promise<void> {
    return promised(() => this.#send(0, 0, checked('steps', steps, MOST_TURNED)));
  }

  /** A button goes down and up. Rejects as `down`. */
  async press(button: MouseButton = 'left'): Promise<void> {
    const pressed = this.down(button);
    const released = this.up(button);
    await Promise.all([pressed, released]);
  }

  /** A button goes down. Rejects with a TypeError for what is none. */
  down(button: MouseButton = 'left'): Promise<void> {
    return promised(() => this.setButtons(this.#buttons | bitOf(button)));
  }

  /** A button goes up. Rejects as `down`. */
  up(button: MouseButton = 'left'): Promise<void> {
    return promised(() => this.setButtons(this.#buttons & ~bitOf(button)));
  }

  /** The buttons that are down: left, right, middle, back and forward in bits 0-4. Rejects with a RangeError for no whole number. */
  setButtons(bits: number): Promise<void> {
    return promised(() => {
      if (!Number.isInteger(bits)) throw new RangeError(`bits is ${shown(bits)}; it must be a whole number`);
      this.#buttons = bits & 0x1f;
      return this.#send(0, 0, 0);
    });
  }

  /** Movements go to a mouse in any case; all else goes to the first pointer. */
  #send(x: number, y: number, wheel: number): Promise<void> {
    const isMoved = x !== 0 || y !== 0;
    if (this.isAbsolute && !isMoved) return this.#sendPlace(wheel);
    const name = this.#order.find((one) => !this.#absolute.has(one))!;
    const buttons = this.isAbsolute ? 0 : this.#buttons;
    // A mouse counts upwards.
    return this.#lines[name]!.write(eventBytes(x, -y, wheel, buttons));
  }

  /** Sends the place to the first pointer, or to another one that the guest uses for places. */
  #sendPlace(wheel: number): Promise<void> {
    const isChosen = this.isAbsolute;
    const name = this.#order.find((one) => this.#absolute.has(one) && (isChosen || this.#used.has(one)));
    if (name === undefined) return Promise.resolve();
    return this.#lines[name]!.write(eventBytes(this.#place.x, this.#place.y, wheel, isChosen ? this.#buttons : 0));
  }
}

function eventBytes(x: number, y: number, wheel: number, buttons: number): Uint8Array {
  const bytes = new Uint8Array(6);
  const view = new DataView(bytes.buffer);
  view.setInt16(0, x, true);
  view.setInt16(2, y, true);
  view.setInt8(4, wheel);
  view.setUint8(5, buttons);
  return bytes;
}

function placeOf(name: string, value: number): number {
  if (typeof value === 'number' && value >= 0 && value <= 1) return Math.round(value * LAST_PLACE);
  throw new RangeError(`${name} is ${shown(value)}; it must be a number from 0 to 1`);
}

function checked(name: string, value: number, most: number): number {
  if (Number.isInteger(value) && Math.abs(value) <= most) return value;
  throw new RangeError(`${name} is ${shown(value)}; it must be a whole number from ${-most} to ${most}`);
}

function bitOf(button: MouseButton): number {
  const index = buttons.indexOf(button);
  if (index < 0) throw new TypeError(`there is no mouse button ${shown(button)}; there are ${buttons.join(', ')}`);
  return 1 << index;
}
