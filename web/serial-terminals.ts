import type { Machine } from '../src/browser/index.ts';
import { byId, textElement } from './elements.ts';
import { isRemembered, remember } from './remembered.ts';
import { Tabs } from './tabs.ts';
import { SerialTerminal } from './terminal.ts';

/** By what the browser remembers that screen readers are to read what comes. */
const SCREEN_READER = 'rawiron-screen-reader';

/** A port, with its tab and its terminal. */
interface PortView {
  readonly tab: HTMLElement;
  readonly panel: HTMLElement;
  readonly terminal: SerialTerminal;
}

/** The terminals on a machine's serial ports, COM1 to COM4, each in a tab. A dot marks those that have sent something nobody has seen. */
export class SerialTerminals {
  readonly #views: readonly PortView[];
  readonly #tabs: Tabs;
  #shown: PortView;

  /** @param place gets a list of tabs, and the terminals */
  constructor(place: HTMLElement) {
    const list = document.createElement('div');
    list.setAttribute('role', 'tablist');
    list.setAttribute('aria-label', 'Serial ports');
    place.append(list);
    this.#views = [1, 2, 3, 4].map((port) => {
      const [tab, panel] = [tabOf(port), panelOf(port)];
      list.append(tab);
      place.append(panel);
      return { tab, panel, terminal: new SerialTerminal(panel, () => tab.focus()) };
    });
    this.#shown = this.#views[0]!;
    this.#tabs = new Tabs(list, { show: (id) => this.#show(id), enter: () => this.#enter() });
    const screenReader = byId('screen-reader', HTMLInputElement);
    const follow = () => {
      for (const { terminal } of this.#views) terminal.setScreenReader(screenReader.checked);
    };
    screenReader.addEventListener('change', () => {
      remember(SCREEN_READER, screenReader.checked);
      follow();
    });
    screenReader.checked = isRemembered(SCREEN_READER);
    follow();
    this.#tabs.show(this.#shown.panel.id);
  }

  /**
   * Shows a machine's ports from now on, COM1 in front.
   * @param before what they show first, as `contents` had it
   */
  attach({ serialPorts }: Machine, before: readonly string[] = []): void {
    for (const [n, view] of this.#views.entries()) {
      view.tab.classList.remove('unseen');
      const markUnseen = () => {
        if (view !== this.#shown) view.tab.classList.add('unseen');
      };
      view.terminal.attach(serialPorts[n]!, markUnseen, before[n]);
    }
    this.#tabs.show(this.#views[0]!.panel.id);
  }

  /** Keeps what is typed from now on for a machine that is still being made, until it is attached or `false` says that none comes. */
  hold(isMachineComing: boolean): void {
    for (const { terminal } of this.#views) terminal.hold(isMachineComing);
  }

  /** Texts on the terminals, port by port. */
  get contents(): readonly string[] {
    return this.#views.map(({ terminal }) => terminal.contents);
  }

  /** The page shows them. */
  fit(): void {
    this.#shown.terminal.fit();
  }

  /** Keys go to the one that is shown. */
  focus(): void {
    this.#shown.terminal.focus();
  }

  /** Sends text to the port that is shown, as if it was typed. */
  type(text: string): void {
    this.#shown.terminal.type(text);
  }

  #show(id: string): void {
    this.#shown = this.#views.find(({ panel }) => panel.id === id)!;
    this.#shown.tab.classList.remove('unseen');
    if (this.#shown.panel.checkVisibility()) this.#shown.terminal.fit();
  }

  /** Only where somebody looks, as the focus would go away from the screen. */
  #enter(): void {
    if (this.#shown.panel.checkVisibility()) this.#shown.terminal.focus();
  }
}

function tabOf(port: number): HTMLElement {
  const tab = document.createElement('button');
  Object.assign(tab, { type: 'button', id: `com${port}-tab` });
  tab.setAttribute('role', 'tab');
  tab.setAttribute('aria-controls', `com${port}-panel`);
  tab.append(textElement('span', `COM${port}`));
  return tab;
}

function panelOf(port: number): HTMLElement {
  const panel = document.createElement('div');
  Object.assign(panel, { id: `com${port}-panel`, className: 'terminal' });
  panel.setAttribute('role', 'tabpanel');
  panel.setAttribute('aria-labelledby', `com${port}-tab`);
  return panel;
}
