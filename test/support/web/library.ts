import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll } from 'vitest';
import { findBrowser } from '../../../scripts/browser.ts';
import { isolation, type Server, serve } from './server.ts';

const root = join(import.meta.dirname, '../../..');
const found = await findBrowser();

/** Why there is no browser; empty if there is one. It goes into the names of tests that are skipped then. */
export const noBrowser: string = typeof found === 'string' ? ` (${found})` : '';

/** Debian's Chromium, or the one that $CHROMIUM names. */
async function startBrowser(): Promise<Browser> {
  if (typeof found === 'string') throw new Error(found);
  const env = { ...(process.env as Record<string, string>), ...found.env };
  return await chromium.launch({ executablePath: found.path, env, args: ['--no-sandbox'] });
}

/** The library as Vite builds it for browsers, in a folder. */
async function buildLibrary(folder: string): Promise<void> {
  const entry = join(root, 'src/browser/index.ts');
  await build({
    ...{ configFile: false, root, base: './', logLevel: 'warn', worker: { format: 'es' } },
    build: {
      ...{
        target: 'esnext',
        outDir: folder,
        emptyOutDir: true,
        minify: false,
        lib: { entry, formats: ['es'], fileName: 'rawiron' },
      },
      rolldownOptions: { checks: { pluginTimings: false } },
    },
  });
}

const PAGE = `<!doctype html><title>test</title><link rel="icon" href="data:,"><script type="module">
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
  /** What went wrong in it. */
  readonly errors: readonly string[];
}

/** Builds the library and starts a browser before the tests of a file, and ends both after them. */
export function useLibrary(): OpenPage {
  const folder = mkdtempSync(join(tmpdir(), 'library-'));
  let browser: Browser | undefined;
  beforeAll(async () => {
    [browser] = await Promise.all([startBrowser(), buildLibrary(folder)]);
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true });
  });
  return async (headers, files) => {
    const others = { '/index.html': new TextEncoder().encode(PAGE), ...files };
    return await open(browser!, await serve(folder, headers, others));
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
    ...{ page, errors },
    async [Symbol.asyncDispose]() {
      await page.close();
      await server[Symbol.asyncDispose]();
    },
  };
}
