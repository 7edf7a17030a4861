/** Actions of tabs; both get the id of a panel. */
export interface TabActions {
  /** It is shown. */
  show(panel: string): void;
  /** Whoever went to its tab by the arrows stays there; others go to what is in it. */
  enter(panel: string): void;
}

/** Tabs as the ARIA practices have them: arrow keys go from one to the next. */
export class Tabs {
  readonly #tabs: readonly HTMLElement[];
  readonly #actions: TabActions;

  constructor(list: HTMLElement, actions: TabActions) {
    this.#tabs = [...list.querySelectorAll<HTMLElement>('[role=tab]')];
    this.#actions = actions;
    for (const tab of this.#tabs) tab.addEventListener('click', () => this.#enter(tab));
    list.addEventListener('keydown', (event) => this.#step(event));
  }

  /** Shows a panel, and goes there. */
  show(panel: string): void {
    const tab = this.#tabs.find((candidate) => candidate.getAttribute('aria-controls') === panel);
    if (tab) this.#enter(tab);
  }

  #enter(tab: HTMLElement): void {
    this.#select(tab);
    this.#actions.enter(tab.getAttribute('aria-controls')!);
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
    this.#actions.show(selected.getAttribute('aria-controls')!);
  }
}
