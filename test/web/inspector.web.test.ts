import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { noBrowser } from '../support/web/browser.ts';
import { LONG, seeOnTerminal, turnOn, usePage } from '../support/web/page.ts';

const inspect = (page: Page) => page.getByRole('tab', { name: 'Inspector' }).click();
const firstRow = (page: Page) => page.locator('#blocks tbody button').first();

/** Waits until the inspector has looked at the machine again, so often. */
async function looks(page: Page, times: number): Promise<void> {
  await page.evaluate(async (wanted) => {
    const cell = document.querySelector('#blocks tbody td:last-child')!;
    const looked = Promise.withResolvers<void>();
    let seen = 0;
    new MutationObserver(() => ++seen === wanted && looked.resolve()).observe(cell, { childList: true });
    await looked.promise;
  }, times);
}

describe.skipIf(noBrowser !== '')(`the inspector in the page in Chromium${noBrowser}`, () => {
  const inPage = usePage();

  test('says why there is nothing to see', () =>
    inPage('#system=demo&memory=16', async (page) => {
      await inspect(page);
      await page.getByText('No machine is on.').waitFor();
      expect(await page.locator('#blocks').isVisible()).toBe(false);
      await turnOn(page);
      await seeOnTerminal(page, 'demo>');
      await inspect(page);
      await page.locator('#blocks-said', { hasText: 'translated' }).waitFor(LONG);
      await page.getByRole('button', { name: 'Turn off' }).click();
      await page.getByText('No machine is on.').waitFor(LONG);
    }));

  test('keeps the focus where it is while its figures change', () =>
    inPage('#system=demo&memory=16', async (page) => {
      await turnOn(page);
      await seeOnTerminal(page, 'demo>');
      await page.keyboard.type('bench 5\r');
      await seeOnTerminal(page, 'with 23000 primes');
      await inspect(page);
      await firstRow(page).click(LONG);
      const focused = await page.evaluateHandle(() => document.activeElement);
      await looks(page, 2);
      expect(await page.evaluate((before) => before === document.activeElement, focused)).toBe(true);
      expect(await focused.evaluate((element) => element?.matches('#blocks button'))).toBe(true);
    }));

  test('names places of real mode as their jumps do', () =>
    inPage('#system=desktop&memory=16&run', async (page) => {
      await page.locator('#translations', { hasText: /^[1-9]/ }).waitFor(LONG);
      await inspect(page);
      await expect.poll(() => firstRow(page).textContent(), LONG).toMatch(/^[0-9a-f]{4}:[0-9a-f]{4}$/);
      await firstRow(page).click();
      const places = page.locator('#block tbody td:first-child').filter({ hasText: /./ });
      await expect.poll(() => places.first().textContent(), LONG).toBe(await firstRow(page).textContent());
      const [segment, offset] = (await places.first().textContent())!
        .split(':')
        .map((part) => Number.parseInt(part, 16));
      const linear = (segment! * 16 + offset!).toString(16).padStart(8, '0');
      expect(await page.locator('#block caption').textContent()).toBe(`guest_${linear}`);
    }));
});
