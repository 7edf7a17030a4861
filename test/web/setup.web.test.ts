import { describe, expect, test } from 'vitest';
import { noBrowser } from '../support/web/browser.ts';
import { choose, floppy, isInView, LONG, seeOnTerminal, startButton, turnOn, usePage } from '../support/web/page.ts';

describe.skipIf(noBrowser !== '')(`the form of the page in Chromium${noBrowser}`, () => {
  const inPage = usePage();

  test('finds out what images are for, and lets go of them', () =>
    inPage('', async (page) => {
      await choose(page, 'a.img', floppy('times 512 db 0'), 'Floppy A');
      await choose(page, 'b.img', floppy('times 512 db 1'), 'Floppy B');
      const cd = Buffer.alloc(40_000);
      cd.write('CD001', 0x8001);
      await choose(page, 'c.iso', cd, 'CD');
      await choose(page, 'd.img', Buffer.alloc(1 << 20), 'Disk 1');
      await page.getByRole('button', { name: 'Remove b.img' }).click();
      expect(await page.locator('#images span').allTextContents()).toEqual(['a.img', 'c.iso', 'd.img']);
      expect(await page.getByRole('radio', { name: /Images of mine/ }).isChecked()).toBe(true);
    }));

  test('keeps the settings in the address', () =>
    inPage('#system=text&memory=32', async (page) => {
      await page.getByText('Settings', { exact: true }).click();
      expect(await page.getByLabel('Memory').inputValue()).toBe('32');
      expect(await page.getByRole('radio', { name: /Text mode/ }).isChecked()).toBe(true);
      await page.getByLabel('Memory').fill('64');
      await page.getByLabel('Memory').blur();
      expect(new URL(page.url()).hash).toBe('#system=text&memory=64');
    }));

  test('starts a machine where it can be seen, however far down its user was', () =>
    inPage('#system=demo&memory=16', async (page) => {
      await page.setViewportSize({ width: 1280, height: 500 });
      await page.getByText('Settings', { exact: true }).click();
      await page.getByLabel("Kernel's command line").scrollIntoViewIfNeeded();
      expect(await page.evaluate(() => scrollY)).toBeGreaterThan(0);
      // The button is there wherever one is in the form.
      expect(await startButton(page).evaluate(isInView)).toBe(true);
      await turnOn(page);
      await page.locator('#status', { hasText: 'Running' }).waitFor(LONG);
      await expect.poll(() => page.evaluate(() => scrollY), LONG).toBe(0);
    }));

  test('has an image where its user says that it belongs', () =>
    inPage('', async (page) => {
      await choose(page, 'a.img', floppy('times 512 db 0'), 'Floppy A');
      await choose(page, 'b.img', Buffer.alloc(1 << 20), 'Disk 1');
      await page.getByLabel('What a.img is').selectOption('CD');
      await page.getByLabel('What b.img is').selectOption('CD');
      const places = page.locator('#images option:checked');
      expect(await places.allTextContents()).toEqual(['Disk 1', 'CD']);
      await page.getByLabel('What b.img is').selectOption('Floppy B');
      expect(await places.allTextContents()).toEqual(['Disk 1', 'Floppy B']);
      expect(await page.locator('#images span').allTextContents()).toEqual(['a.img', 'b.img']);
    }));
});

describe.skipIf(noBrowser !== '')(`the buttons that turn a machine on, in Chromium${noBrowser}`, () => {
  const inPage = usePage();

  test('starts from the empty screen, too, by a button of the same name that is there whenever no machine is on', () =>
    inPage('#system=demo&memory=16', async (page) => {
      const onScreen = page.locator('#case').getByRole('button', { name: 'Turn on' });
      await onScreen.click();
      await seeOnTerminal(page, 'demo>');
      expect(await onScreen.isVisible()).toBe(false);
      await page.getByRole('button', { name: 'Turn off' }).click();
      await page.getByText('The machine is off.').waitFor(LONG);
      await page.getByRole('tab', { name: 'Screen' }).click();
      expect(await onScreen.isVisible()).toBe(true);
    }));

  test('has buttons that cannot be pressed before the page hears them', () =>
    inPage('#system=demo&memory=16', async (page) => {
      const onScreen = page.locator('#case').getByRole('button', { name: 'Turn on' });
      const scripts = Promise.withResolvers<void>();
      await page.route('**/*.js', async (route) => {
        await scripts.promise;
        await route.continue();
      });
      await page.reload({ waitUntil: 'commit' });
      await onScreen.waitFor(LONG);
      expect(await onScreen.isDisabled()).toBe(true);
      expect(await startButton(page).isDisabled()).toBe(true);
      scripts.resolve();
      await onScreen.click();
      await seeOnTerminal(page, 'demo>');
    }));
});

describe.skipIf(noBrowser !== '')(`the look of the page in Chromium${noBrowser}`, () => {
  const inPage = usePage();

  test('has tabs that arrow keys reach', () =>
    inPage('', async (page) => {
      await page.getByRole('tab', { name: 'Screen' }).focus();
      await page.keyboard.press('ArrowRight');
      expect(await page.getByRole('tab', { name: 'Serial' }).getAttribute('aria-selected')).toBe('true');
      expect(await page.locator('#serial-panel').isVisible()).toBe(true);
    }));

  test('has the screen above the form on a phone, with the button in view', () =>
    inPage('', async (page) => {
      await page.setViewportSize({ width: 390, height: 844 });
      const [screen, form] = await Promise.all(
        ['rawiron-pc', '#setup'].map((part) => page.locator(part).boundingBox()),
      );
      expect(screen!.y + screen!.height).toBeLessThan(form!.y);
      expect(await page.locator('#start-here').evaluate(isInView)).toBe(true);
      expect(await page.getByRole('radio', { name: /^Demo/ }).evaluate(isInView)).toBe(true);
    }));

  test.each([
    ['dark', 'rgb(20, 24, 29)'],
    ['light', 'rgb(244, 241, 236)'],
  ] as const)('follows the scheme of colors: %s', (colorScheme, ground) =>
    inPage('', async (page) => {
      await page.emulateMedia({ colorScheme });
      expect(await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)).toBe(ground);
    }),
  );
});
