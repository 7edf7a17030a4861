import { type Browser, type BrowserContext, chromium } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { findBrowser } from '../../../scripts/browser.ts';

const found = await findBrowser();

/** Why there is no browser; empty if there is one. It goes into the names of tests that are skipped then. */
export const noBrowser: string = typeof found === 'string' ? ` (${found})` : '';

/** Debian's Chromium, or the one that $CHROMIUM names; started before the tests of a file, and ended after them. */
export function useBrowser(): () => Browser {
  let browser: Browser | undefined;
  beforeAll(async () => {
    browser = await chromium.launch(launchOptions());
  });
  afterAll(() => browser?.close());
  return () => browser!;
}

/** Opens a browser with a profile on the host's disk: in pages of other contexts files are in memory, and have no bound. */
export function openProfile(folder: string): Promise<BrowserContext> {
  return chromium.launchPersistentContext(folder, launchOptions());
}

function launchOptions() {
  if (typeof found === 'string') throw new Error(found);
  const env = { ...(process.env as Record<string, string>), ...found.env };
  return { executablePath: found.path, env, args: ['--no-sandbox'] };
}
