import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { noBrowser } from '../support/web/browser.ts';
import { echo } from '../support/web/echo.ts';
import { LONG, screenText, turnOn, usePage } from '../support/web/page.ts';

declare global {
  var locks: string[];
}

/** Notes what the page asks of the browser's keyboard, which does it only where there is a real one. */
const watchLocks = (page: Page) =>
  page.evaluate(() => {
    globalThis.locks = [];
    const { keyboard } = navigator as unknown as { keyboard: Record<'lock' | 'unlock', () => Promise<void>> };
    for (const name of ['lock', 'unlock'] as const) keyboard[name] = async () => void globalThis.locks.push(name);
  });
const locksOf = (page: Page) => page.evaluate(() => globalThis.locks);

describe.skipIf(noBrowser !== '')(`the full screen in Chromium${noBrowser}`, () => {
  const inPage = usePage({ '/echo.img': echo });

  test("has all keys for the machine, until Ctrl and Alt give them back, and nothing of the page's", () =>
    inPage('#fda=echo.img&memory=16&run', async (page) => {
      await screenText(page).filter({ hasText: 'Booting from floppy A' }).waitFor(LONG);
      await watchLocks(page);
      await page.getByRole('button', { name: 'Full screen' }).click();
      await expect.poll(() => locksOf(page), LONG).toEqual(['lock']);
      const press = () => page.keyboard.press('KeyX').then(() => screenText(page).textContent());
      await expect.poll(press, LONG).toMatch(/xx/);
      const border = () => page.locator('rawiron-pc').evaluate((pc) => getComputedStyle(pc).borderTopWidth);
      await expect.poll(border, LONG).toBe('0px');
      await page.keyboard.press('Control+Alt');
      await expect.poll(() => locksOf(page), LONG).toEqual(['lock', 'unlock']);
      await page.locator('rawiron-pc canvas').click();
      await expect.poll(() => locksOf(page), LONG).toEqual(['lock', 'unlock', 'lock']);
      await page.evaluate(() => document.exitFullscreen());
      await expect.poll(() => locksOf(page), LONG).toEqual(['lock', 'unlock', 'lock', 'unlock']);
    }));

  test('is not for machines without a screen, and has the screen whatever is shown before', () =>
    inPage('#system=demo&run', async (page) => {
      const button = page.getByRole('button', { name: 'Full screen' });
      await page.getByRole('status').filter({ hasText: 'Running' }).waitFor(LONG);
      expect(await button.isDisabled()).toBe(true);
      expect(await page.getByRole('button', { name: 'Save picture' }).isDisabled()).toBe(true);
      await page.getByRole('button', { name: 'Turn off' }).click();
      await page.getByRole('radio', { name: /^Text mode/ }).check();
      await turnOn(page);
      await page.getByRole('status').filter({ hasText: 'Running' }).waitFor(LONG);
      await page.getByRole('tab', { name: 'Serial' }).click();
      await button.click();
      const isShown = () =>
        page.locator('rawiron-pc').evaluate((pc) => pc.matches(':fullscreen') && pc.clientWidth > 0);
      await expect.poll(isShown, LONG).toBe(true);
    }));
});
