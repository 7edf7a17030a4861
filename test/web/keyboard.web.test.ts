import { describe, expect, test } from 'vitest';
import type { RawironPc } from '../../src/browser/element.ts';
import { isKey } from '../../src/input/keys.ts';
import { keyboardLayouts } from '../../src/input/layout.ts';
import { layoutRows } from '../../web/keyboard-layout.ts';
import { noBrowser } from '../support/web/browser.ts';
import { echo } from '../support/web/echo.ts';
import { LONG, screenText, usePage } from '../support/web/page.ts';

test.each(keyboardLayouts)(
  'every key of %s on the screen is one of the machine, and has a place of its own',
  (layout) => {
    const codes = layoutRows(layout)
      .flat()
      .map(({ code }) => code);
    expect(codes.filter((code) => !isKey(code))).toEqual([]);
    expect(new Set(codes).size).toBe(codes.length);
  },
);

describe.skipIf(noBrowser !== '')(`the keyboard on the screen in Chromium${noBrowser}`, () => {
  const inPage = usePage({ '/echo.img': echo });

  test('types by pointer and by keys, and modifiers stay for one key', () =>
    inPage('#fda=echo.img&memory=16&run', async (page) => {
      await screenText(page).filter({ hasText: 'Booting from floppy A' }).waitFor(LONG);
      await page.getByRole('button', { name: 'Keyboard' }).click();
      const keys = page.getByRole('region', { name: 'Keyboard on the screen' });
      const key = (name: string) => keys.getByRole('button', { name, exact: true });
      await expect
        .poll(
          () =>
            key('x')
              .click()
              .then(() => screenText(page).textContent()),
          LONG,
        )
        .toMatch(/xx/);
      await key('Shift').click();
      expect(await key('Shift').getAttribute('aria-pressed')).toBe('true');
      await key('h').click();
      expect(await key('Shift').getAttribute('aria-pressed')).toBe('false');
      await key('i').focus();
      await page.keyboard.press('Enter');
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('Space');
      await screenText(page).filter({ hasText: 'Hio' }).waitFor(LONG);
    }));

  test('is told what of a text has no keys', () =>
    inPage('#fda=echo.img&memory=16&run', async (page) => {
      await screenText(page).filter({ hasText: 'Booting from floppy A' }).waitFor(LONG);
      await page.getByRole('button', { name: 'Type text…' }).click();
      await page.getByRole('textbox', { name: /guest's layout/ }).fill('Grüße');
      const missing = page.locator('#type-missing');
      expect(await missing.textContent()).toMatch(/: ü ß$/);
      await page.getByRole('button', { name: 'Type', exact: true }).click();
      await screenText(page).filter({ hasText: 'Gre' }).waitFor(LONG);
      expect(await missing.textContent()).toBe('');
    }));

  test('has the signs of the layout that is chosen, by which text is typed too', () =>
    inPage('#fda=echo.img&memory=16&keyboard=de&run', async (page) => {
      await screenText(page).filter({ hasText: 'Booting from floppy A' }).waitFor(LONG);
      const choice = page.getByRole('combobox', { name: 'Keyboard layout of the guest' });
      expect(await choice.inputValue()).toBe('de');
      await page.getByRole('button', { name: 'Keyboard' }).click();
      const signs = () => page.locator('#keys').innerText();
      await expect.poll(signs, LONG).toContain('ö');
      // The guest has the US layout: Z is where Y is there, and the other way round.
      const type = () =>
        page
          .evaluate(() => (document.querySelector('rawiron-pc') as RawironPc).type('zy'))
          .then(() => screenText(page).textContent());
      await expect.poll(type, LONG).toMatch(/yz/);
      await choice.selectOption('English (UK)');
      expect(await signs()).not.toContain('ö');
      await page.evaluate(() => (document.querySelector('rawiron-pc') as RawironPc).type('"£z'));
      await screenText(page).filter({ hasText: '@#z' }).waitFor(LONG);
    }));
});
