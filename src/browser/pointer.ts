import type { Machine } from '../machine.ts';

/** A finger that moves less than so many pixels, and is lifted within so many milliseconds, has tapped. */
const TAP = { pixels: 8, milliseconds: 300 } as const;
/** What a message of the mouse can say at most. */
const MOST = 127;

interface Touch {
  x: number;
  y: number;
  moved: number;
  readonly start: number;
}

/**
 * Has movements over an element move a machine's mouse: while the pointer is locked to it, and by touch, where a finger moves
 * the mouse as on a touch pad and a tap is a click.
 */
export class Pointer {
  readonly #target: HTMLElement;
  #machine: Machine | null = null;
  #touch: Touch | null = null;
  /** Parts of counts that were not sent yet. */
  #rest = { x: 0, y: 0 };

  constructor(target: HTMLElement) {
    this.#target = target;
    target.addEventListener('mousemove', (event) => this.#isLocked && this.#move(event.movementX, event.movementY));
    for (const name of ['mousedown', 'mouseup'] as const)
      target.addEventListener(name, (event) => this.#buttons(event));
    target.addEventListener('wheel', (event) => this.#wheel(event), { passive: false });
    target.addEventListener('contextmenu', (event) => this.#isLocked && event.preventDefault());
    target.addEventListener('pointerdown', (event) => event.pointerType === 'touch' && this.#startTouch(event));
    target.addEventListener('pointermove', (event) => event.pointerType === 'touch' && this.#dragTouch(event));
    target.addEventListener('pointerup', (event) => event.pointerType === 'touch' && this.#endTouch());
    target.addEventListener('pointercancel', () => {
      this.#touch = null;
    });
  }

  attach(machine: Machine | null): void {
    this.#machine = machine;
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

  #move(x: number, y: number): void {
    const [sumX, sumY] = [this.#rest.x + x, this.#rest.y + y];
    const [wholeX, wholeY] = [Math.trunc(sumX), Math.trunc(sumY)];
    this.#rest = { x: sumX - wholeX, y: sumY - wholeY };
    if (wholeX !== 0 || wholeY !== 0) void this.#machine?.mouse.move(wholeX, wholeY).catch(() => {});
  }

  /** Their bits in browsers are those of the machine's mouse. */
  #buttons(event: MouseEvent): void {
    if (!this.#isLocked) return;
    event.preventDefault();
    void this.#machine?.mouse.setButtons(event.buttons).catch(() => {});
  }

  #wheel(event: WheelEvent): void {
    if (!this.#isLocked || event.deltaY === 0) return;
    event.preventDefault();
    const steps = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? event.deltaY / 100 : event.deltaY;
    const whole = Math.sign(steps) * Math.min(Math.max(Math.round(Math.abs(steps)), 1), MOST);
    void this.#machine?.mouse.wheel(whole).catch(() => {});
  }

  #startTouch({ clientX: x, clientY: y, timeStamp: start }: PointerEvent): void {
    this.#touch = { x, y, moved: 0, start };
  }

  #dragTouch({ clientX, clientY }: PointerEvent): void {
    const touch = this.#touch;
    if (!touch) return;
    const [x, y] = [clientX - touch.x, clientY - touch.y];
    touch.moved += Math.abs(x) + Math.abs(y);
    Object.assign(touch, { x: clientX, y: clientY });
    this.#move(x, y);
  }

  #endTouch(): void {
    const touch = this.#touch;
    this.#touch = null;
    if (!touch || touch.moved > TAP.pixels || performance.now() - touch.start > TAP.milliseconds) return;
    void this.#machine?.mouse.press().catch(() => {});
  }
}
