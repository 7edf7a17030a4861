import type { Outflow } from '../isolate/flow.ts';

/** A button of the mouse; back and forward are at its side. */
export type MouseButton = 'left' | 'right' | 'middle' | 'back' | 'forward';

/** In the order of their bits. */
const buttons: readonly MouseButton[] = ['left', 'right', 'middle', 'back', 'forward'];
/** What fits into one message. */
const MOST_MOVED = 32767;
const MOST_TURNED = 127;

/**
 * The machine's mouse: it tells of movements, not of places. Promises resolve when the machine has taken what came before; they
 * reject when it has ended, or ends before.
 */
export class Mouse {
  readonly #line: Outflow;
  #buttons = 0;

  constructor(line: Outflow) {
    this.#line = line;
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

  /** The mouse itself counts upwards. */
  #send(x: number, y: number, wheel: number): Promise<void> {
    const bytes = new Uint8Array(6);
    const view = new DataView(bytes.buffer);
    view.setInt16(0, x, true);
    view.setInt16(2, -y, true);
    view.setInt8(4, wheel);
    view.setUint8(5, this.#buttons);
    return this.#line.write(bytes);
  }
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
