import type { Outflow } from '../isolate/flow.ts';

/** A button of the mouse; back and forward are at its side. */
export type MouseButton = 'left' | 'right' | 'middle' | 'back' | 'forward';

/** In the order of their bits. */
const buttons: readonly MouseButton[] = ['left', 'right', 'middle', 'back', 'forward'];
/** What fits into one message. */
const MOST_MOVED = 32767;
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

/** Ways to the machine's pointers: the mouse of the i8042, and those on the USB if there are any. */
export interface MouseLines {
  readonly ps2: Outflow;
  readonly usb?: Outflow | undefined;
  readonly tablet?: Outflow | undefined;
}

/**
 * The machine's mouse. It tells of movements, and where the guest uses a tablet (`MachineOptions.usb`) of places too. Promises resolve when
 * the machine has taken what came before; they reject when it has ended, or ends before.
 */
export class Mouse {
  readonly #lines: MouseLines;
  #buttons = 0;
  /** The last place on the tablet. */
  #place = { x: 0, y: 0 };
  #usesUsb = false;
  #usesTablet = false;

  /** @internal */
  constructor(lines: MouseLines) {
    this.#lines = lines;
  }

  /** The guest begins or ends to use the mouse on the USB, or the tablet: the last byte says so. */
  readonly #uses = (bytes: Uint8Array): boolean => bytes.at(-1) === 1;

  /**
   * Takes what the mouse on the USB tells.
   * @internal
   */
  readonly usb = {
    receive: async (bytes: Uint8Array): Promise<void> => {
      this.#usesUsb = this.#uses(bytes);
    },
  };

  /**
   * Takes what the tablet tells.
   * @internal
   */
  readonly tablet = {
    receive: async (bytes: Uint8Array): Promise<void> => {
      this.#usesTablet = this.#uses(bytes);
    },
  };

  /** The last place of `moveTo`, from 0 to 1. */
  get place(): PointerPlace {
    return { x: this.#place.x / LAST_PLACE, y: this.#place.y / LAST_PLACE };
  }

  /** Whether the guest uses a tablet, so that `moveTo` has an effect. */
  get isAbsolute(): boolean {
    return this.#usesTablet;
  }

  /**
   * Moves the pointer to a place on the screen: from 0, which is left or at the top, to 1. Without a tablet that the guest uses nothing moves.
   * @throws RangeError for what are no numbers from 0 to 1
   */
  moveTo(x: number, y: number): Promise<void> {
    this.#place = { x: placeOf('x', x), y: placeOf('y', y) };
    return this.#usesTablet ? this.#sendPlace(0) : Promise.resolve();
  }

  /**
   * Moves it by counts, about as many as pixels: `x` to the right, `y` down the screen.
   * @throws RangeError for what are no whole numbers from -32767 to 32767
   */
  move(x: number, y: number): Promise<void> {
    return this.#send(checked('x', x, MOST_MOVED), checked('y', y, MOST_MOVED), 0);
  }

  /**
   * Turns the wheel by steps, positive ones towards the user: the page moves up.
   * @throws RangeError for what is no whole number from -127 to 127
   */
  wheel(steps: number): Promise<void> {
    return this.#send(0, 0, checked('steps', steps, MOST_TURNED));
  }

  /** A button goes down and up. */
  async press(button: MouseButton = 'left'): Promise<void> {
    const pressed = this.down(button);
    const released = this.up(button);
    await Promise.all([pressed, released]);
  }

  /** A button goes down. */
  down(button: MouseButton = 'left'): Promise<void> {
    return this.setButtons(this.#buttons | bitOf(button));
  }

  /** A button goes up. */
  up(button: MouseButton = 'left'): Promise<void> {
    return this.setButtons(this.#buttons & ~bitOf(button));
  }

  /** The buttons that are down: left, right, middle, back and forward in bits 0-4. */
  setButtons(bits: number): Promise<void> {
    this.#buttons = bits & 0x1f;
    return this.#send(0, 0, 0);
  }

  /** Movements go to a mouse in any case; what else there is goes to the tablet where the guest uses that. */
  #send(x: number, y: number, wheel: number): Promise<void> {
    const isMoved = x !== 0 || y !== 0;
    if (this.#usesTablet && !isMoved) return this.#sendPlace(wheel);
    const { ps2, usb = ps2 } = this.#lines;
    const buttons = this.#usesTablet ? 0 : this.#buttons;
    // A mouse counts upwards.
    return (this.#usesUsb ? usb : ps2).write(eventBytes(x, -y, wheel, buttons));
  }

  #sendPlace(wheel: number): Promise<void> {
    return this.#lines.tablet!.write(eventBytes(this.#place.x, this.#place.y, wheel, this.#buttons));
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
  if (value >= 0 && value <= 1) return Math.round(value * LAST_PLACE);
  throw new RangeError(`${name} is ${value}; it must be a number from 0 to 1`);
}

function checked(name: string, value: number, most: number): number {
  if (Number.isInteger(value) && Math.abs(value) <= most) return value;
  throw new RangeError(`${name} is ${value}; it must be a whole number from ${-most} to ${most}`);
}

function bitOf(button: MouseButton): number {
  const index = buttons.indexOf(button);
  if (index < 0) throw new TypeError(`there is no mouse button '${button}'; there are ${buttons.join(', ')}`);
  return 1 << index;
}
