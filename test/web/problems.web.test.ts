import { describe, expect, test } from 'vitest';
import { noBrowser } from '../support/web/browser.ts';
import { choose, floppy, isInView, LONG, startButton, turnOn, usePage } from '../support/web/page.ts';

/** A boot sector without an interrupt table. */
const dies = floppy(`
        bits    16
        org     0x7C00
        lidt    [table]
        int3
table:  times   510 - ($ - $$) db 0
        dw      0xAA55
`);

describe.skipIf(noBrowser !== '')(`what goes wrong with the page in Chromium${noBrowser}`, () => {
  const inPage = usePage();

  test('is told of an image', () =>
    inPage('', async (page) => {
      const broken = Buffer.alloc(4096);
      broken.write('HdrS', 0x202);
      await choose(page, 'broken', broken, 'Kernel');
      await turnOn(page);
      await expect.poll(() => page.getByRole('alert').textContent(), LONG).not.toBe('');
      expect(await startButton(page).isEnabled()).toBe(true);
      expect(await page.locator('#start-here').isVisible()).toBe(true);
    }));

  test('is told of a guest that dies by a triple fault', () =>
    inPage('', async (page) => {
      await choose(page, 'dies.img', dies, 'Floppy A');
      await turnOn(page);
      await page.getByRole('status').filter({ hasText: 'died by a triple fault, and was started again' }).waitFor(LONG);
    }));

  test('is told in the heading, and comes into view for who is far down the form', () =>
    inPage('#memory=9999&system=demo&run', async (page) => {
      await page.setViewportSize({ width: 1280, height: 720 });
      const alert = page.getByRole('alert').filter({ hasText: 'memory' });
      await alert.waitFor(LONG);
      expect(await alert.evaluate(isInView)).toBe(true);
      await page.getByText('Settings', { exact: true }).click();
      await page.getByLabel("Kernel's command line").scrollIntoViewIfNeeded();
      expect(await alert.evaluate(isInView)).toBe(false);
      await turnOn(page);
      await expect.poll(() => alert.evaluate(isInView), LONG).toBe(true);
    }));

  test.each([
    ['#memroy=64&system=demo&run', "unknown 'memroy' in the address"],
    ['#system=nonsense&run', "unknown system 'nonsense'"],
    ['#system=demo&cpu=nonsense&run', "unknown model 'nonsense'"],
  ])('is told of the address: %s', (hash, message) =>
    inPage(hash, async (page) => {
      await page.getByRole('alert').filter({ hasText: message }).waitFor(LONG);
      expect(await page.getByRole('radio', { name: /^Demo/ }).isChecked()).toBe(true);
      await page.evaluate("location.hash = '#system=text&memory=16'");
      await page.getByText('Choose what to boot.').waitFor(LONG);
      expect(await page.getByRole('alert').isVisible()).toBe(false);
      expect(await page.getByRole('radio', { name: /^Text mode/ }).isChecked()).toBe(true);
      await page.evaluate("location.hash = '#memroy=64'");
      await page.getByRole('alert').filter({ hasText: 'memroy' }).waitFor(LONG);
    }),
  );

  test('are not settings that the form does not offer', () =>
    inPage('#system=demo&usb=mouse,keyboard&boot=dc&memory=16&run', async (page) => {
      await page.locator('#status', { hasText: 'Running' }).waitFor(LONG);
      expect(await page.locator('[name=usb]').inputValue()).toBe('mouse,keyboard');
      expect(await page.locator('[name=boot]').inputValue()).toBe('dc');
    }));
});
