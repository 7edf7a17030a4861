import { type KeyboardLayout, keyboardLayouts, layoutTitle, type Machine } from '../src/browser/index.ts';
import { keysThatType } from '../src/input/layout.ts';
import { byId } from './elements.ts';

/** The layouts that text is typed with, as options; what stands for none is the first. */
export function fillLayouts(list: HTMLSelectElement): void {
  const options = keyboardLayouts.map((layout, n) => new Option(layoutTitle(layout), n === 0 ? '' : layout));
  list.replaceChildren(...options);
}

/** The choice of the layout that the guest of a running machine has. */
export class LayoutChoice {
  readonly #list = byId('layout', HTMLSelectElement);
  readonly #onChange: (layout: KeyboardLayout) => void;
  #machine: Machine | null = null;

  constructor(onChange: (layout: KeyboardLayout) => void) {
    this.#onChange = onChange;
    this.#list.replaceChildren(...keyboardLayouts.map((layout) => new Option(layoutTitle(layout), layout)));
    this.#list.addEventListener('change', () => this.#choose());
    byId('type-text', HTMLTextAreaElement).addEventListener('input', () => this.#tellMissing());
  }

  /** Shows that of another machine. */
  attach(machine: Machine): void {
    this.#machine = machine;
    this.#list.value = machine.keyboard.layout;
    this.#choose();
  }

  get chosen(): KeyboardLayout {
    return this.#list.value as KeyboardLayout;
  }

  #choose(): void {
    if (this.#machine) this.#machine.keyboard.layout = this.chosen;
    byId('type-layout', HTMLElement).textContent = layoutTitle(this.chosen);
    this.#tellMissing();
    this.#onChange(this.chosen);
  }
  /** Shows the characters of the text to be typed that have no keys. */
  #tellMissing(): void {
    const { value } = byId('type-text', HTMLTextAreaElement);
    const missing = new Set([...value.normalize('NFC')].filter((character) => !keysThatType(character, this.chosen)));
    byId('type-missing', HTMLElement).textContent =
      missing.size === 0 ? '' : `Left out, as there are no keys for it: ${[...missing].join(' ')}`;
  }
}
