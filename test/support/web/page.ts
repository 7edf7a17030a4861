import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { assemble } from '../../../runtime/firmware/assembler/index.ts';
import { useBrowser } from './browser.ts';
import { useBuiltPage } from './build.ts';
import { isolation, type Server, serve } from './server.ts';

/** Generous: nothing is asserted of it. */
export const LONG = { timeout: 300_000 };
const FLOPPY_BYTES = 1440 * 1024;

/** Opens the page with a part of the address, does something in it, and expects that nothing went wrong there. */
export type InPage = (hash: string, act: (page: Page, server: Server) => Promise<void>) => Promise<void>;

/**
 * Builds the page and starts a browser before the tests of a group, and ends both after them.
 * @param files what the server has besides the page, by paths
 * @param headers what the server sends with all
 * @param build builds the page before the tests of a group, and says where it is
 */
export function usePage(
  files: Readonly<Record<string, Uint8Array>> = {},
  headers: Readonly<Record<string, string>> = isolation,
  build = useBuiltPage,
): InPage {
  const browser = useBrowser();
  const folder = build();
  return async (hash, act) => {
    await using server = await serve(folder, headers, files);
    const context = await browser().newContext();
    context.setDefaultTimeout(LONG.timeout);
    const page = await context.newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    await page.goto(server.url + hash);
    await act(page, server);
    await context.close();
    expect(errors).toEqual([]);
  };
}

/** A floppy of 1.44 MB with a boot sector. */
export function floppy(source: string): Buffer {
  const image = Buffer.alloc(FLOPPY_BYTES);
  image.set(assemble(source).bytes);
  return image;
}

/** Chooses a file of these bytes, and waits until the page says what it takes it for. */
export async function choose(page: Page, name: string, buffer: Buffer, kind: string): Promise<void> {
  await page.locator('#files').setInputFiles({ name, mimeType: 'application/octet-stream', buffer });
  await page.locator('#images option:checked', { hasText: kind }).waitFor({ state: 'attached' });
}

/** The form's button; the screen has one of that name, too. */
export function startButton(page: Page): Locator {
  return page.locator('#start');
}

export async function turnOn(page: Page): Promise<void> {
  await startButton(page).click();
}

/** Waits until the serial terminal shows a text. */
export async function seeOnTerminal(page: Page, text: string, options = LONG): Promise<void> {
  await page.locator('.xterm-rows').filter({ hasText: text }).waitFor(options);
}

/** The text of the machine's screen, which lies over the picture to be selected. */
export function screenText(page: Page): Locator {
  return page.locator('rawiron-pc pre');
}

/** Whether all of it is in the window; for the page's side. */
export function isInView(element: Element): boolean {
  const { top, bottom } = element.getBoundingClientRect();
  return top >= 0 && bottom <= innerHeight;
}
