/** A finger that moves less than so many pixels, and is lifted within so many milliseconds, has tapped. */
const TAP = { pixels: 8, milliseconds: 300 } as const;
/** A finger that rests for so many milliseconds takes hold: what it does then is done with the button down. */
const HOLD = 500;
/** Pixels that two fingers move for a step of the wheel. */
const WHEEL_STEP = 30;

/** Actions of fingers on a mouse. */
export interface TouchActions {
  move(x: number, y: number): void;
  /** Steps towards the user. */
  wheel(steps: number): void;
  press(button: 'left' | 'right'): void;
  /** The left button goes down, or up. */
  hold(isHeld: boolean): void;
}

interface Finger {
  x: number;
  y: number;
}

/**
 * An element as a touch pad: a finger moves the mouse, a tap is a click, a tap with two fingers is one with the right button, two fingers
 * turn the wheel, and one that rests takes hold and drags.
 */
export class TouchPad {
  readonly #actions: TouchActions;
  readonly #fingers = new Map<number, Finger>();
  /** State of this touch, from the first finger to the last: fingers at most, pixels moved, and the time when it began. */
  #most = 0;
  #moved = 0;
  #start = 0;
  /** Pixels that the wheel has not turned for. */
  #rest = 0;
  #isHeld = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(target: HTMLElement, actions: TouchActions) {
    this.#actions = actions;
    const listen = (
      name: 'pointerdown' | 'pointermove' | 'pointerup' | 'pointercancel',
      act: (event: PointerEvent) => void,
    ) => target.addEventListener(name, (event) => event.pointerType === 'touch' && act(event));
    listen('pointerdown', (event) => this.#down(event));
    listen('pointermove', (event) => this.#drag(event));
    listen('pointerup', (event) => this.#lift(event));
    listen('pointercancel', (event) => this.#cancel(event));
  }

  #down({ pointerId, clientX: x, clientY: y }: PointerEvent): void {
    if (this.#fingers.size === 0) this.#begin();
    this.#fingers.set(pointerId, { x, y });
    this.#most = Math.max(this.#most, this.#fingers.size);
  }

  #begin(): void {
    [this.#most, this.#moved, this.#rest, this.#start] = [0, 0, 0, performance.now()];
    this.#timer = setTimeout(() => {
      if (this.#most === 1 && this.#moved <= TAP.pixels) this.#hold(true);
    }, HOLD);
  }

  #drag({ pointerId, clientX, clientY }: PointerEvent): void {
    const finger = this.#fingers.get(pointerId);
    if (!finger) return;
    const [x, y] = [clientX - finger.x, clientY - finger.y];
    Object.assign(finger, { x: clientX, y: clientY });
    this.#moved += Math.abs(x) + Math.abs(y);
    if (this.#most === 1) this.#actions.move(x, y);
    else this.#turn(y / this.#fingers.size);
  }

  /** As on a page that the fingers move. */
  #turn(pixels: number): void {
    this.#rest -= pixels;
    const steps = Math.trunc(this.#rest / WHEEL_STEP);
    this.#rest -= steps * WHEEL_STEP;
    if (steps !== 0) this.#actions.wheel(steps);
  }

  #lift({ pointerId }: PointerEvent): void {
    if (!this.#fingers.delete(pointerId) || this.#fingers.size > 0) return;
    clearTimeout(this.#timer);
    const isTap = this.#moved <= TAP.pixels && performance.now() - this.#start <= TAP.milliseconds;
    if (isTap) this.#actions.press(this.#most === 1 ? 'left' : 'right');
    this.#hold(false);
  }

  #cancel({ pointerId }: PointerEvent): void {
    this.#fingers.delete(pointerId);
    clearTimeout(this.#timer);
    this.#hold(false);
  }

  #hold(isHeld: boolean): void {
    if (isHeld === this.#isHeld) return;
    this.#isHeld = isHeld;
    this.#actions.hold(isHeld);
  }
}
