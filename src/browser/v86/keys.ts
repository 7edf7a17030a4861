import type { PageLink } from '../../v86/page.ts';

/** Elements that keys are for, wherever they are. */
const editable = 'input, textarea, select, [contenteditable]:not([contenteditable="false"])';

/**
 * Has all keys that are pressed in a page, and that nobody else there takes, pressed on the machine's keyboard. `target` is the screen, which
 * takes keys by itself while it has the focus.
 */
export class PageKeys {
  /** Whether the machine gets any, by the screen too. */
  isEnabled: boolean;
  readonly #link: PageLink;
  readonly #down = new Set<string>();
  readonly #listening = new AbortController();

  constructor(link: PageLink, isEnabled: boolean, target: () => HTMLElement | undefined) {
    this.#link = link;
    this.isEnabled = isEnabled;
    const { signal } = this.#listening;
    addEventListener('keydown', (event) => this.#press(event), { signal });
    addEventListener('keyup', (event) => this.#letGo(event), { signal });
    addEventListener('blur', () => this.#letAllGo(), { signal });
    const keepOut = (event: Event) => {
      const screen = target();
      if (!this.isEnabled && screen && event.composedPath().includes(screen)) event.stopImmediatePropagation();
    };
    for (const name of ['keydown', 'keyup', 'beforeinput'] as const)
      addEventListener(name, keepOut, { capture: true, signal });
  }

  #press(event: KeyboardEvent): void {
    if (!this.isEnabled || event.defaultPrevented || event.code === '' || isForOthers(event)) return;
    event.preventDefault();
    // The machine's keyboard repeats by itself.
    if (event.repeat) return;
    this.#down.add(event.code);
    this.#link.withMachine(({ keyboard }) => keyboard.down(event.code));
  }

  #letGo(event: KeyboardEvent): void {
    if (!this.#down.delete(event.code)) return;
    event.preventDefault();
    this.#link.withMachine(({ keyboard }) => keyboard.up(event.code));
  }

  /** A page that loses the focus does not hear of keys that go up. */
  #letAllGo(): void {
    for (const code of this.#down) this.#link.withMachine(({ keyboard }) => keyboard.up(code));
    this.#down.clear();
  }

  close(): void {
    this.#letAllGo();
    this.#listening.abort();
  }
}

function isForOthers(event: KeyboardEvent): boolean {
  const [target] = event.composedPath();
  return target instanceof Element && target.matches(editable);
}
