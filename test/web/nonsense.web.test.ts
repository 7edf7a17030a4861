import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { noBrowser } from '../support/web/browser.ts';
import { startButton, turnOn, usePage } from '../support/web/page.ts';

const IMAGES = 100;
const TIMEOUT = 600_000;

/** Has the page get a file of chance by a drop. Some have the beginning of an image, and then nonsense. */
async function drop(page: Page, seed: number): Promise<void> {
  await page.evaluate((seed) => {
    let state = seed * 2654435761;
    const next = () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state >>> 24;
    };
    const sizes = [0, 1, 511, 512, 4096, 70_000, 1_474_560];
    const bytes = Uint8Array.from({ length: sizes[seed % sizes.length]! }, next);
    const magics = [
      [0x202, 'HdrS'],
      [0x8001, 'CD001'],
      [0, 'QFI\xfb\0\0\0\x03'],
      [0, 'RAWIRON\n'],
      [0x1fe, '\x55\xaa'],
      [0, '\x1f\x8b'],
      [0, '\x02\xb0\xad\x1b'],
    ] as const;
    const [at, magic] = magics[Math.floor(seed / sizes.length) % magics.length]!;
    if (bytes.length > at + magic.length) for (let n = 0; n < magic.length; n++) bytes[at + n] = magic.charCodeAt(n);
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([bytes], `nonsense-${seed}`));
    document.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
  }, seed);
}

/** Turns the machine on, and off again if it runs; what the page says. */
async function tryOut(page: Page): Promise<string> {
  await turnOn(page);
  const status = page.locator('#status', { hasText: /Running|wrong|machine|guest/i });
  await status.waitFor();
  const said = await status.textContent();
  // The guest may have done so itself: the button does nothing then, and is not there to be clicked.
  await page.evaluate(() => document.getElementById('off')!.click());
  await startButton(page).waitFor();
  return said!;
}

describe.skipIf(noBrowser !== '')(`the page in Chromium${noBrowser}`, () => {
  const inPage = usePage();

  test(`takes ${IMAGES} images of nonsense`, { timeout: TIMEOUT }, () =>
    inPage('#memory=4', async (page) => {
      const said = new Set<string>();
      for (let seed = 0; seed < IMAGES; seed++) {
        await drop(page, seed);
        // A saved machine goes to another list.
        await page.locator('#images li, #saved-states li').first().waitFor();
        said.add(await tryOut(page));
        for (const remove of await page.locator('#images button').all()) await remove.click();
      }
      expect([...said].sort()).toContain('Running');
      expect([...said].some((text) => /wrong/.test(text))).toBe(true);
      // It still works.
      await page.getByRole('radio', { name: /^Demo/ }).check();
      await turnOn(page);
      await page.locator('.xterm-rows').filter({ hasText: 'demo>' }).waitFor();
    }),
  );
});
