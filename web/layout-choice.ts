import { type KeyboardLayout, keyboardLayouts, layoutTitle, type Machine } from '../src/browser/index.ts';
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
    this.#onChange(this.chosen);
  }
}
