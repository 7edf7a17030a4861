import type { Machine } from '../machine/machine.ts';
import { TouchPad } from './touch-pad.ts';
import { WheelSteps } from './wheel-steps.ts';

/** Where the pointer is on a picture, in its dots, and how large the picture is. It may be outside. */
export interface PointerPlace {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Finds it from where the browser says the pointer is; null: the screen shows no picture, but text that can be selected, or nothing. */
type FindPlace = (clientX: number, clientY: number) => PointerPlace | null;

/**
 * Has a pointer over an element move a machine's mouse. Where the guest uses a tablet its pointer is at the same place. A PC's mouse tells of
 * movements only. While the pointer is locked to the element it gets all of them. Otherwise it follows the pointer over pictures as far as it moved in their dots; where the pointer leaves a
 * picture, the mouse is pushed against that edge, after which the two are at the same place there. Fingers have a touch pad.
 */
export class Pointer {
  readonly #target: HTMLElement;
  readonly #findPlace: FindPlace;
  #machine: Machine | null = null;
  /** Where the pointer was last; null: not known. */
  #last: PointerPlace | null = null;
  /** Buttons that the machine's mouse has down, as bits. */
  #held = 0;
  /** Parts of counts that were not sent yet. */
  #rest = { x: 0, y: 0 };
  readonly #wheelSteps = new WheelSteps();

  constructor(target: HTMLElement, findPlace: FindPlace) {
    this.#target = target;
    this.#findPlace = findPlace;
    target.addEventListener('pointermove', (event) => event.pointerType !== 'touch' && this.#moved(event));
    target.addEventListener('pointerdown', (event) => event.pointerType !== 'touch' && this.#hold(event));
    target.addEventListener('pointerleave', (event) => event.pointerType !== 'touch' && this.#leave(event));
    for (const name of ['mousedown', 'mouseup'] as const)
      target.addEventListener(name, (event) => this.#buttons(event));
    target.addEventListener('wheel', (event) => this.#wheel(event), { passive: false });
    target.addEventListener('contextmenu', (event) => this.#isTaken(event) && event.preventDefault());
    new TouchPad(target, {
      move: (x, y) => this.#move(x, y),
      wheel: (steps) => void this.#machine?.mouse.wheel(steps).catch(() => {}),
      press: (button) => void this.#machine?.mouse.press(button).catch(() => {}),
      hold: (isHeld) => void this.#machine?.mouse.setButtons(Number(isHeld)).catch(() => {}),
    });
  }

  attach(machine: Machine | null): void {
    this.#machine = machine;
    this.#last = null;
    this.#held = 0;
  }

  /** Locks the pointer to the element; the browser says how it is let go. Rejects where the browser does not allow it. */
  async capture(): Promise<void> {
    await this.#target.requestPointerLock();
  }

  release(): void {
    if (this.#isLocked) document.exitPointerLock();
  }

  get #isLocked(): boolean {
    const root = this.#target.getRootNode() as Document | ShadowRoot;
    return root.pointerLockElement === this.#target;
  }

  /** Whether the machine has the pointer there. */
  #isTaken({ clientX, clientY }: MouseEvent): boolean {
    return this.#isLocked || this.#findPlace(clientX, clientY) !== null;
  }

  #moved({ clientX, clientY, movementX, movementY }: PointerEvent): void {
    if (this.#isLocked) this.#move(movementX, movementY);
    else this.#goTo(this.#findPlace(clientX, clientY));
  }

  #goTo(place: PointerPlace | null): void {
    const mouse = this.#machine?.mouse;
    if (!mouse?.isAbsolute) this.#follow(place);
    else if (place) {
      const { x, y, width, height } = place;
      void mouse.moveTo(within(x, width) / width, within(y, height) / height).catch(() => {});
    }
  }

  #follow(place: PointerPlace | null): void {
    const last = this.#last;
    this.#last = place;
    if (place && last) this.#move(place.x - last.x, place.y - last.y);
  }

  /** A button that is held keeps the pointer for the element outside of it too. */
  #hold(event: PointerEvent): void {
    if (!this.#isLocked && this.#isTaken(event)) this.#target.setPointerCapture(event.pointerId);
  }

  #leave({ clientX, clientY }: PointerEvent): void {
    const place = this.#isLocked ? null : this.#findPlace(clientX, clientY);
    if (!place || this.#machine?.mouse.isAbsolute) return;
    const { x, y, width, height } = place;
    this.#follow({ ...place, x: within(x, width), y: within(y, height) });
    this.#move(beyond(x, width), beyond(y, height));
  }

  #move(x: number, y: number): void {
    const [sumX, sumY] = [this.#rest.x + x, this.#rest.y + y];
    const [wholeX, wholeY] = [Math.trunc(sumX), Math.trunc(sumY)];
    this.#rest = { x: sumX - wholeX, y: sumY - wholeY };
    if (wholeX !== 0 || wholeY !== 0) void this.#machine?.mouse.move(wholeX, wholeY).catch(() => {});
  }

  /** Their bits in browsers are those of the machine's mouse. */
  #buttons(event: MouseEvent): void {
    // Buttons that the guest knows of go up too where its screen has become text meanwhile.
    const buttons = this.#isTaken(event) ? event.buttons : event.buttons & this.#held;
    if (buttons === this.#held && !this.#isTaken(event)) return;
    event.preventDefault();
    this.#held = buttons;
    void this.#machine?.mouse.setButtons(buttons).catch(() => {});
  }

  /** Over a picture it is the machine's once keys are: whoever only scrolls the page past it is not held there. */
  #wheel(event: WheelEvent): void {
    const isTaken = this.#isLocked || (this.#target.matches(':focus-within') && this.#isTaken(event));
    // With Ctrl, as fingers have it that move apart, the page is made larger.
    if (!isTaken || (event.ctrlKey && !this.#isLocked)) return;
    const steps = this.#wheelSteps.take(event);
    if (event.deltaY === 0) return;
    event.preventDefault();
    if (steps !== 0) void this.#machine?.mouse.wheel(steps).catch(() => {});
  }
}

function within(value: number, size: number): number {
  return Math.min(Math.max(value, 0), size);
}

/** A way that leads from anywhere to the edge that a value is at or beyond; 0: it is inside. */
function beyond(value: number, size: number): number {
  if (value <= 0) return -size;
  return value >= size ? size : 0;
}
