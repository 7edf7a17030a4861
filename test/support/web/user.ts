import { expect } from 'vitest';
import { call } from '../../web/acts.ts';
import type { BrowserClient } from './client.ts';

const LONG = { timeout: 50_000, interval: 200 };

/** Expressions for the parts of the page that have text. */
const places = {
  screen: `document.querySelector('rawiron-pc')?.shadowRoot.querySelector('pre')`,
  terminal: `document.querySelector('.xterm-rows')`,
  status: `document.querySelector('#status')`,
} as const;

/** A user's view of the page, and the user's actions there. */
export class User {
  readonly #client: BrowserClient;
  readonly #tab: string;

  constructor(client: BrowserClient, tab: string) {
    this.#client = client;
    this.#tab = tab;
  }

  async sees(where: keyof typeof places, text: string): Promise<void> {
    const shown = `${places[where]}?.textContent ?? ''`;
    await expect.poll(() => this.#client.evaluate(this.#tab, shown).catch(String), LONG).toContain(text);
  }

  /** Clicks at the first one whose name begins so, as soon as it is there. */
  async clicks(name: string): Promise<void> {
    const click = (name: string) => {
      const found = [...document.querySelectorAll<HTMLElement>('button:enabled, label')].find(
        (one) => (one.ariaLabel ?? one.textContent)?.startsWith(name) && one.checkVisibility(),
      );
      found?.click();
      return String(found !== undefined);
    };
    await expect.poll(() => this.#client.evaluate(this.#tab, call(click, name)).catch(String), LONG).toBe('true');
  }

  async types(text: string): Promise<void> {
    for (const key of text) await this.#client.press(this.#tab, key);
  }

  async reloads(): Promise<void> {
    await this.does(`globalThis.isOld = true, location.reload()`);
    const isOld = () => this.#client.evaluate(this.#tab, 'String(globalThis.isOld)').catch(String);
    await expect.poll(isOld, LONG).toBe('undefined');
  }

  async does(expression: string): Promise<void> {
    await this.#client.evaluate(this.#tab, `(${expression}, '')`);
  }
}
