import { describe, expect, test } from 'vitest';
import { guestFloppy, guests } from '../../bench/page/guests.ts';
import { type PageFigures, startProbe, watchFrames } from '../../bench/page/probe.ts';
import { noBrowser } from '../support/web/browser.ts';
import { LONG, usePage } from '../support/web/page.ts';

const KEYS = 20;

describe.skipIf(noBrowser !== '')(`the page in Chromium${noBrowser}`, () => {
  const inPage = usePage(Object.fromEntries(guests.map((guest) => [`/${guest.name}.img`, guestFloppy(guest)])));

  test.each(guests.map(({ name }) => name))('is drawn, and its guest has every key, while the guest %s', (name) =>
    inPage(`#fda=${name}.img&memory=16&run`, async (page) => {
      await page.evaluate(`(${startProbe})()`);
      // Until then keys are the firmware's.
      const answered = () => page.evaluate(() => globalThis.probe.keys.length);
      const press = () => page.keyboard.press('a').then(answered);
      await expect.poll(press, LONG).toBeGreaterThan(0);
      await page.evaluate(() => globalThis.probe.keys.splice(0));
      for (let n = 0; n < KEYS; n++) await page.keyboard.press('a');
      await expect.poll(answered, LONG).toBeGreaterThanOrEqual(KEYS);
      const figures = JSON.parse(await page.evaluate(`(${watchFrames})(500)`)) as PageFigures;
      expect(figures.frames.length).toBeGreaterThan(1);
    }),
  );
});
