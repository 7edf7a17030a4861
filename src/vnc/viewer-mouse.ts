import { MOST_MOVED, type Mouse } from '../input/mouse.ts';
import type { PointerMessage } from './messages.ts';

/** An action of the mouse. */
interface Action {
  x: number;
  y: number;
  /** Steps of the wheel towards the user. */
  turned: number;
  buttons: number;
  /** Where the pointer is, from 0 to 1, for a machine with a tablet. */
  place?: { readonly x: number; readonly y: number };
}

/** Dots of a picture. */
interface Size {
  readonly width: number;
  readonly height: number;
}

const MOST_WAITING = 64;
const MOST_TURNED = 127;
/** The place that stands for no movement while the viewer reports movements: the middle of all numbers, as in QEMU. */
const MIDDLE = 0x7fff;
const Wheel = { up: 8, down: 16 } as const;

/** A viewer's pointer as a machine's mouse: that moves as far as the pointer did, or a tablet is where the pointer is. */
export class ViewerMouse {
  readonly #mouse: Mouse;
  readonly #waiting: Action[] = [];
  #last: { readonly x: number; readonly y: number } | null = null;
  #bits = 0;
  #isSending = false;
  /** The viewer tells of movements instead of places. */
  tellsMovements = false;

  constructor(mouse: Mouse) {
    this.#mouse = mouse;
  }

  /** Whether the viewer should tell of the other of movements and places. */
  get isOutOfStep(): boolean {
    return this.tellsMovements === this.#mouse.isAbsolute;
  }

  /** `size`: that of the picture that the viewer sees. */
  take({ buttons, x, y }: PointerMessage, size: Size): void {
    const from = this.tellsMovements ? { x: MIDDLE, y: MIDDLE } : (this.#last ?? { x, y });
    this.#last = { x, y };
    const pressed = buttons & ~this.#bits;
    this.#bits = buttons;
    const turned = (pressed & Wheel.down ? 1 : 0) - (pressed & Wheel.up ? 1 : 0);
    const isPlace = this.#mouse.isAbsolute && !this.tellsMovements;
    const where = isPlace ? { x: 0, y: 0, place: placeIn(size, x, y) } : { x: x - from.x, y: y - from.y };
    this.#add({ ...where, turned, buttons: mouseButtons(buttons) });
  }

  /** The viewer has gone: its buttons go up. */
  release(): void {
    if (mouseButtons(this.#bits) !== 0) this.#add({ x: 0, y: 0, turned: 0, buttons: 0 });
  }

  /** Adds an action. Actions that the guest has not taken yet are joined, as far as the buttons are the same. */
  #add(action: Action): void {
    const last = this.#waiting.at(-1);
    if (last && (last.buttons === action.buttons || this.#waiting.length === MOST_WAITING)) {
      last.x = within(last.x + action.x, MOST_MOVED);
      last.y = within(last.y + action.y, MOST_MOVED);
      last.turned = within(last.turned + action.turned, MOST_TURNED);
      last.buttons = action.buttons;
      if (action.place) last.place = action.place;
    } else this.#waiting.push({ ...action, x: within(action.x, MOST_MOVED), y: within(action.y, MOST_MOVED) });
    if (!this.#isSending) void this.#send();
  }

  async #send(): Promise<void> {
    this.#isSending = true;
    try {
      for (let action = this.#waiting.shift(); action; action = this.#waiting.shift()) await this.#act(action);
    } catch {
      // A machine that has ended takes no more.
    } finally {
      this.#isSending = false;
    }
  }

  async #act({ x, y, turned, buttons, place }: Action): Promise<void> {
    if (place) await this.#mouse.moveTo(place.x, place.y);
    // It has moved before its buttons change.
    if (x !== 0 || y !== 0) await this.#mouse.move(x, y);
    await this.#mouse.setButtons(buttons);
    if (turned !== 0) await this.#mouse.wheel(turned);
  }
}

function placeIn({ width, height }: Size, x: number, y: number): { x: number; y: number } {
  return { x: Math.min(x / Math.max(width - 1, 1), 1), y: Math.min(y / Math.max(height - 1, 1), 1) };
}

function within(value: number, most: number): number {
  return Math.min(Math.max(value, -most), most);
}

/** The viewer has the middle button before the right one; the mouse has them the other way round. */
function mouseButtons(bits: number): number {
  return (bits & 1) | ((bits & 2) << 1) | ((bits & 4) >> 1);
}
