import type { BrowserName } from '../../scripts/browser.ts';
import { startBrowser } from '../../test/support/web/start.ts';

/** A page that is open in a browser. */
export interface Tab extends AsyncDisposable {
  /** The value of an expression of JavaScript, or of the promise that it is: a text. */
  evaluate(expression: string): Promise<string>;
  /** Presses a key of letters and lets it go. */
  press(letter: string): Promise<void>;
}

/** Opens an address in a browser of its own. Throws where there is none. */
export async function openTab(name: BrowserName, url: string): Promise<Tab> {
  const browser = await startBrowser(name);
  const tab = await browser.open(url);
  return {
    evaluate: (expression) => browser.evaluate(tab, expression),
    press: (letter) => browser.press(tab, letter),
    [Symbol.asyncDispose]: () => browser[Symbol.asyncDispose](),
  };
}
