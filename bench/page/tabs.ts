import { chromium } from 'playwright-core';
import { findBrowser } from '../../scripts/browser.ts';
import { startFirefox } from '../../test/support/web/firefox-process.ts';

/** A page that is open in a browser. */
export interface Tab extends AsyncDisposable {
  /** What an expression of JavaScript, or the promise that it is, has for its value: a text. */
  evaluate(expression: string): Promise<string>;
  /** Presses a key of letters and lets it go. */
  press(letter: string): Promise<void>;
}

/** Opens an address in a browser of its own. Throws where there is none. */
type OpenTab = (url: string) => Promise<Tab>;

async function openInChromium(url: string): Promise<Tab> {
  const found = await findBrowser();
  if (typeof found === 'string') throw new Error(found);
  const env = { ...(process.env as Record<string, string>), ...found.env };
  const browser = await chromium.launch({ executablePath: found.path, env, args: ['--no-sandbox'] });
  const page = await browser.newPage();
  await page.goto(url);
  return {
    evaluate: (expression) => page.evaluate(expression),
    press: (letter) => page.keyboard.press(letter),
    [Symbol.asyncDispose]: () => browser.close(),
  };
}

async function openInFirefox(url: string): Promise<Tab> {
  const found = await findBrowser('firefox');
  if (typeof found === 'string') throw new Error(found);
  const firefox = await startFirefox(found);
  const tab = await firefox.client.open(url);
  return {
    evaluate: (expression) => firefox.client.evaluate(tab, expression),
    press: (letter) => firefox.client.press(tab, letter),
    [Symbol.asyncDispose]: () => firefox[Symbol.asyncDispose](),
  };
}

/** Browsers by their names. */
export const tabs: Readonly<Record<string, OpenTab>> = { chromium: openInChromium, firefox: openInFirefox };
