import type { BrowserContext, Page } from 'playwright-core';
import { useBrowser } from '../support/web/browser.ts';
import { useBuiltLibrary } from '../support/web/build.ts';
import { PAGE } from '../support/web/library.ts';
import { isolation, serve } from '../support/web/server.ts';
import { bootCounter } from './acts.ts';

/** Does something with pages of one server in one profile, as one after the other in a browser. */
type InPages = (act: (open: () => Promise<Page>) => Promise<void>) => Promise<void>;

/**
 * Builds the library and starts a browser before the tests of a group, and ends both after them.
 * @param files what the server has besides it, by paths
 * @param makeContext makes the profile
 */
export function usePages(
  files: Readonly<Record<string, Uint8Array>>,
  makeContext: (() => Promise<BrowserContext>) | undefined = undefined,
): InPages {
  const browser = useBrowser();
  const folder = useBuiltLibrary();
  return async (act) => {
    await using server = await serve(folder, isolation, { '/index.html': new TextEncoder().encode(PAGE), ...files });
    const context = await (makeContext?.() ?? browser().newContext());
    await act(async () => {
      const page = await context.newPage();
      await page.goto(server.url);
      await page.waitForFunction('globalThis.rawiron !== undefined');
      return page;
    });
    await context.close();
  };
}

/** Boots the disk that counts; what it tells. The machine runs on. */
export function bootKept(page: Page, image = 'opfs:count.img'): Promise<string | undefined> {
  return page.evaluate(bootCounter, image);
}
