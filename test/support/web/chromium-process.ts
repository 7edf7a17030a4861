import { chromium, type Page } from 'playwright-core';
import type { Browser } from '../../../scripts/browser.ts';
import type { BrowserClient } from './client.ts';

/** Starts it, driven as the other browsers are. */
export async function startChromium({ path, env }: Browser): Promise<BrowserClient> {
  const variables = { ...(process.env as Record<string, string>), ...env };
  const browser = await chromium.launch({ executablePath: path, env: variables, args: ['--no-sandbox'] });
  const pages = new Map<string, Page>();
  return {
    version: browser.version(),
    async open(url) {
      const page = await browser.newPage();
      const tab = String(pages.size);
      pages.set(tab, page);
      await page.goto(url);
      return tab;
    },
    evaluate: (tab, expression) => pages.get(tab)!.evaluate(expression),
    close: (tab) => pages.get(tab)!.close(),
    press: (tab, value) => pages.get(tab)!.keyboard.press(value),
    [Symbol.asyncDispose]: () => browser.close(),
  };
}
