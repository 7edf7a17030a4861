import type { Browser, Page } from 'playwright-core';
import { useBrowser } from './browser.ts';
import { useBuiltLibrary } from './build.ts';
import { isolation, type Server, serve } from './server.ts';

/** An empty page with the library in it. */
export const PAGE = `<!doctype html><title>test</title><link rel="icon" href="data:,"><script type="module">
import * as rawiron from './rawiron.js'; Object.assign(globalThis, { rawiron });</script>`;

/** The two kinds of pages: one shares memory between its threads, the other cannot. */
export const ways = { 'isolated from other origins': isolation, 'not isolated': {} } as const;

/** Opens an empty page that has the library's names in the global `rawiron`. */
export type OpenPage = (
  headers: Readonly<Record<string, string>>,
  files?: Readonly<Record<string, string | Uint8Array>>,
) => Promise<LibraryPage>;

interface LibraryPage extends AsyncDisposable {
  readonly page: Page;
  readonly server: Server;
  /** Errors in it. */
  readonly errors: readonly string[];
}

/** Builds the library and starts a browser before the tests of a file, and ends both after them. */
export function useLibrary(): OpenPage {
  const browser = useBrowser();
  const folder = useBuiltLibrary();
  return async (headers, files) => {
    const others = { '/index.html': new TextEncoder().encode(PAGE), ...files };
    return await open(browser(), await serve(folder, headers, others));
  };
}

async function open(browser: Browser, server: Server): Promise<LibraryPage> {
  const page = await browser.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  await page.goto(server.url);
  await page.waitForFunction('globalThis.rawiron !== undefined');
  return {
    ...{ page, server, errors },
    async [Symbol.asyncDispose]() {
      await page.close();
      await server[Symbol.asyncDispose]();
    },
  };
}
