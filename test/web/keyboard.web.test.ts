import { describe, expect, test } from 'vitest';
import { isKey } from '../../src/input/keys.ts';
import { layout } from '../../web/keyboard-layout.ts';
import { noBrowser } from '../support/web/browser.ts';
import { echo } from '../support/web/echo.ts';
import { LONG, screenText, usePage } from '../support/web/page.ts';

test('every key on the screen is one of the machine, and has a place of its own', () => {
  const codes = layout.flat().map(({ code }) => code);
  expect(codes.filter((code) => !isKey(code))).toEqual([]);
  expect(new Set(codes).size).toBe(codes.length);
});

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
});
