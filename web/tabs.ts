/** Tabs as the ARIA practices have them: arrow keys go from one to the next. */
export class Tabs {
  readonly #tabs: readonly HTMLElement[];
  readonly #onShow: (id: string) => void;

  /** `onShow` gets the id of the panel that is shown. */
  constructor(list: HTMLElement, onShow: (id: string) => void) {
    this.#tabs = [...list.querySelectorAll<HTMLElement>('[role=tab]')];
    this.#onShow = onShow;
    for (const tab of this.#tabs) tab.addEventListener('click', () => this.#select(tab));
    list.addEventListener('keydown', (event) => this.#step(event));
  }

  show(panel: string): void {
    const tab = this.#tabs.find((candidate) => candidate.getAttribute('aria-controls') === panel);
    if (tab) this.#select(tab);
  }

  #step(event: KeyboardEvent): void {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    const at = this.#tabs.indexOf(event.target as HTMLElement);
    const next = this.#tabs.at((at + step) % this.#tabs.length)!;
    this.#select(next);
    next.focus();
  }

  #select(selected: HTMLElement): void {
    for (const tab of this.#tabs) {
      const isSelected = tab === selected;
      tab.setAttribute('aria-selected', String(isSelected));
      tab.tabIndex = isSelected ? 0 : -1;
      document.getElementById(tab.getAttribute('aria-controls')!)!.hidden = !isSelected;
    }
    this.#onShow(selected.getAttribute('aria-controls')!);
  }
}
