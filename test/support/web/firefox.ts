import { afterAll, beforeAll } from 'vitest';
import { findBrowser } from '../../../scripts/browser.ts';
import type { Bidi } from './bidi.ts';
import { type Firefox, startFirefox } from './firefox-process.ts';

const found = await findBrowser('firefox');

/** Why there is no Firefox; empty if there is one. */
export const noFirefox: string = typeof found === 'string' ? ` (${found})` : '';

/** Debian's Firefox, or the one that $FIREFOX names; started before the tests of a file, and ended after them. */
export function useFirefox(): () => Bidi {
  let firefox: Firefox | undefined;
  beforeAll(async () => {
    if (typeof found === 'string') throw new Error(found);
    firefox = await startFirefox(found);
  });
  afterAll(() => firefox?.[Symbol.asyncDispose]());
  return () => firefox!.client;
}
