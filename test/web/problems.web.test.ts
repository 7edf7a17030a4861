import { describe, expect, test } from 'vitest';
import { noBrowser } from '../support/web/browser.ts';
import { choose, isInView, LONG, turnOn, usePage } from '../support/web/page.ts';

describe.skipIf(noBrowser !== '')(`what goes wrong with the page in Chromium${noBrowser}`, () => {
  const inPage = usePage();

  test('is told of an image', () =>
    inPage('', async (page) => {
      const broken = Buffer.alloc(4096);
      broken.write('HdrS', 0x202);
      await choose(page, 'broken', broken, 'Kernel');
      await turnOn(page);
      await expect.poll(() => page.getByRole('alert').textContent(), LONG).not.toBe('');
      expect(await page.getByRole('button', { name: 'Turn on' }).isEnabled()).toBe(true);
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
});
