import { afterAll, beforeAll } from 'vitest';
import { browserTitle, findBrowser } from '../../../scripts/browser.ts';
import type { BrowserClient } from './client.ts';
import { startBrowser } from './start.ts';

/** Those that tests drive, and whether they keep files then: WebKitGTK is in a private window (webkit_web_context_new_ephemeral). */
const kinds = [
  { name: 'firefox', keepsFiles: true },
  { name: 'webkit', keepsFiles: false },
] as const;

/** A browser besides Chromium that tests run in. */
export interface OtherBrowser {
  readonly name: (typeof kinds)[number]['name'];
  readonly title: string;
  readonly keepsFiles: boolean;
  /** Why there is none here; empty if there is one. It goes into the names of tests that are skipped then. */
  readonly lack: string;
}

export const otherBrowsers: readonly OtherBrowser[] = await Promise.all(
  kinds.map(async ({ name, keepsFiles }) => {
    const found = await findBrowser(name);
    return { ...{ name, keepsFiles, title: browserTitle(name) }, lack: typeof found === 'string' ? ` (${found})` : '' };
  }),
);

/** Starts one before the tests of a file, and ends it after them. */
export function useOtherBrowser({ name }: OtherBrowser): () => BrowserClient {
  let client: BrowserClient | undefined;
  beforeAll(async () => {
    client = await startBrowser(name);
  }, 60_000);
  afterAll(() => client?.[Symbol.asyncDispose]());
  return () => client!;
}
