import { type Browser, type BrowserName, findBrowser } from '../../../scripts/browser.ts';
import { startChromium } from './chromium-process.ts';
import type { BrowserClient } from './client.ts';
import { startFirefox } from './firefox-process.ts';
import { startWebKit } from './webkit-process.ts';

const starts: Readonly<Record<BrowserName, (browser: Browser) => Promise<BrowserClient>>> = {
  chromium: startChromium,
  firefox: startFirefox,
  webkit: startWebKit,
};

/** Starts a browser. Throws where there is none. */
export async function startBrowser(name: BrowserName): Promise<BrowserClient> {
  const found = await findBrowser(name);
  if (typeof found === 'string') throw new Error(found);
  return await starts[name](found);
}
