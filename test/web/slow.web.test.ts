import { describe, expect, test } from 'vitest';
import { diskWith } from '../../scripts/gallery/disk.ts';
import { programs } from '../../scripts/gallery/programs.ts';
import { noBrowser } from '../support/web/browser.ts';
import { counter } from '../support/web/counter.ts';
import { LONG, screenText, seeOnTerminal, turnOn, usePage } from '../support/web/page.ts';

/** A disk with much that nobody reads. */
const large = new Uint8Array(64 << 20);
large.set(diskWith(programs.text!));

describe.skipIf(noBrowser !== '')(`over a slow connection in Chromium${noBrowser}`, () => {
  const inPage = usePage({ '/large.img': large, '/count.img': counter });

  test('a disk boots from parts that arrive late, and no more of it is loaded than the guest reads', () =>
    inPage('#hda=large.img&memory=16', async (page, server) => {
      server.delay = 700;
      server.sent.length = 0;
      await turnOn(page);
      await expect.poll(() => screenText(page).textContent(), LONG).toMatch(/VGA|text|color/i);
      const parts = server.sent.reduce((sum, bytes) => sum + bytes.length, 0);
      expect(parts).toBeLessThan(large.length / 8);
    }));

  test('a disk that is kept in part boots, and again', () =>
    inPage('#hda=count.img&memory=16', async (page, server) => {
      server.delay = 300;
      await page.getByLabel('keep').check();
      await turnOn(page);
      await screenText(page).filter({ hasText: 'Booting from' }).waitFor(LONG);
      await page.reload();
      await turnOn(page);
      await screenText(page).filter({ hasText: 'Booting from' }).waitFor(LONG);
    }));
});

describe.skipIf(noBrowser !== '')(`keys that are typed while a machine is made in Chromium${noBrowser}`, () => {
  const inPage = usePage();

  test('are for its serial terminal', () =>
    inPage('#system=demo&memory=16', async (page, server) => {
      server.delay = 1000;
      await turnOn(page);
      await page.keyboard.type('bench 5\r');
      await seeOnTerminal(page, 'with 23000 primes');
    }));
});

describe.skipIf(noBrowser !== '')(`a page that is not isolated in Chromium${noBrowser}`, () => {
  const inPage = usePage({}, {});

  test('says so, and boots all the same', () =>
    inPage('#system=demo&memory=16&run', async (page) => {
      await seeOnTerminal(page, 'demo>');
      expect(await page.evaluate('crossOriginIsolated')).toBe(false);
      expect(await page.locator('#isolation').isVisible()).toBe(true);
      await page.keyboard.type('bench 5\r');
      await seeOnTerminal(page, 'with 23000 primes');
    }));
});
