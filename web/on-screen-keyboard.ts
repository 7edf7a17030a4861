import type { RawironPc } from '../src/browser/element.ts';
import type { KeyboardLayout } from '../src/browser/index.ts';
import { layoutRows, type ScreenKey } from './keyboard-layout.ts';

/**
 * A keyboard on the screen, for fingers, mice, and those who go from key to key by the arrows. Shift, Ctrl, Alt and Win stay down until
 * the next other key was let go.
 */
export class OnScreenKeyboard {
  readonly #place: HTMLElement;
  readonly #pc: RawironPc;
  #rows: readonly (readonly HTMLButtonElement[])[] = [];
  #layout: KeyboardLayout | undefined;
  readonly #held = new Map<string, HTMLButtonElement>();

  constructor(place: HTMLElement, pc: RawironPc) {
    this.#place = place;
    this.#pc = pc;
    place.addEventListener('keydown', (event) => this.#step(event));
    pc.addEventListener('machinecreate', () => this.#letModifiersGo());
  }

  /** Its keys have the signs of a layout from now on. */
  setLayout(layout: KeyboardLayout): void {
    if (layout === this.#layout) return;
    this.#layout = layout;
    this.#letModifiersGo();
    this.#rows = layoutRows(layout).map((keys) => keys.map((key) => this.#button(key)));
    this.#place.replaceChildren(...this.#rows.map(rowOf));
    this.#rows[0]![0]!.tabIndex = 0;
  }

  /** Shows it, or hides it. */
  toggle(): boolean {
    this.#place.hidden = !this.#place.hidden;
    if (this.#place.hidden) this.#letModifiersGo();
    return !this.#place.hidden;
  }

  #button(key: ScreenKey): HTMLButtonElement {
    const button = document.createElement('button');
    button.type = 'button';
    button.tabIndex = -1;
    button.style.setProperty('--width', String(key.width ?? 4));
    const label = document.createElement('span');
    label.textContent = key.label;
    const shifted = document.createElement('small');
    shifted.textContent = key.shifted ?? '';
    const altGr = document.createElement('small');
    altGr.className = 'alt-gr';
    altGr.textContent = key.altGr ?? '';
    button.append(shifted, label, altGr);
    button.setAttribute('aria-label', key.name ?? key.label);
    if (key.isModifier) button.setAttribute('aria-pressed', 'false');
    this.#listen(button, key);
    return button;
  }

  /** Fingers and mice hold a key as long as they want; whoever activates a button otherwise presses it at once. */
  #listen(button: HTMLButtonElement, key: ScreenKey): void {
    if (key.isModifier) {
      button.addEventListener('click', () => this.#toggleModifier(button, key.code));
      return;
    }
    const pointers = new Set<number>();
    button.addEventListener('pointerdown', ({ pointerId }) => {
      pointers.add(pointerId);
      button.setPointerCapture(pointerId);
      this.#send('down', key.code);
    });
    button.addEventListener(
      'lostpointercapture',
      ({ pointerId }) => pointers.delete(pointerId) && this.#letGo(key.code),
    );
    button.addEventListener('contextmenu', (event) => event.preventDefault());
    button.addEventListener('click', ({ detail }) => {
      if (detail > 0) return;
      this.#send('down', key.code);
      this.#letGo(key.code);
    });
  }

  #toggleModifier(button: HTMLButtonElement, code: string): void {
    const isHeld = !this.#held.delete(code);
    if (isHeld) this.#held.set(code, button);
    button.setAttribute('aria-pressed', String(isHeld));
    this.#send(isHeld ? 'down' : 'up', code);
  }

  /** With it all modifiers go up. */
  #letGo(code: string): void {
    this.#send('up', code);
    this.#letModifiersGo();
  }

  #letModifiersGo(): void {
    for (const [held, button] of [...this.#held]) this.#toggleModifier(button, held);
  }

  #send(way: 'down' | 'up', code: string): void {
    void this.#pc.machine?.keyboard[way](code).catch(() => {});
  }

  /** The arrows lead from key to key; one key at a time is in the order of tabs. */
  #step(event: KeyboardEvent): void {
    const [down, right] = steps[event.key] ?? [0, 0];
    const row = this.#rows.findIndex((buttons) => buttons.includes(event.target as HTMLButtonElement));
    if (row < 0 || (down === 0 && right === 0)) return;
    event.preventDefault();
    const column = this.#rows[row]!.indexOf(event.target as HTMLButtonElement);
    const buttons = this.#rows.at((row + down) % this.#rows.length)!;
    const next =
      right === 0 ? buttons[Math.min(column, buttons.length - 1)]! : buttons.at((column + right) % buttons.length)!;
    (event.target as HTMLButtonElement).tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  }
}

/** Rows down and keys to the right. */
const steps: Readonly<Record<string, readonly [down: number, right: number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

function rowOf(buttons: readonly HTMLButtonElement[]): HTMLElement {
  const row = document.createElement('div');
  row.append(...buttons);
  return row;
}
