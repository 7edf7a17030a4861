import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { findBrowser } from '../../../scripts/browser.ts';

const found = await findBrowser();

/** Why there is no browser; empty if there is one. It goes into the names of tests that are skipped then. */
export const noBrowser: string = typeof found === 'string' ? ` (${found})` : '';

/** Debian's Chromium, or the one that $CHROMIUM names; started before the tests of a file, and ended after them. */
export function useBrowser(): () => Browser {
  let browser: Browser | undefined;
  beforeAll(async () => {
    if (typeof found === 'string') throw new Error(found);
    const env = { ...(process.env as Record<string, string>), ...found.env };
    browser = await chromium.launch({ executablePath: found.path, env, args: ['--no-sandbox'] });
  });
  afterAll(() => browser?.close());
  return () => browser!;
}
