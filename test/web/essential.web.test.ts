import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { noBrowser } from '../support/web/browser.ts';
import { echo } from '../support/web/echo.ts';
import { choose, LONG, screenText, seeOnTerminal, startButton, turnOn, usePage } from '../support/web/page.ts';

// What every change must leave whole, and `.ci/run` runs.

describe.skipIf(noBrowser !== '')(`the page in Chromium${noBrowser}`, () => {
  const inPage = usePage();

  test('boots the demo, whose shell is on the serial terminal', () =>
    inPage('', async (page) => {
      await turnOn(page);
      await seeOnTerminal(page, 'demo>');
      await page.keyboard.type('bench 5\r');
      await seeOnTerminal(page, 'with 23000 primes');
      await page.getByRole('button', { name: 'Turn off' }).click();
      await page.getByText('The machine is off.').waitFor(LONG);
      expect(await startButton(page).isVisible()).toBe(true);
    }));

  test('loads less than 500 KB, compressed, until the demo runs, and less than half of it before', () =>
    inPage('', async (page, { sent }) => {
      const total = () => sent.reduce((sum, bytes) => sum + gzipSync(bytes).length, 0);
      await startButton(page).waitFor();
      expect(total()).toBeGreaterThan(150_000);
      expect(total()).toBeLessThan(250_000);
      await turnOn(page);
      await seeOnTerminal(page, 'demo>');
      expect(total()).toBeGreaterThan(400_000);
      expect(total()).toBeLessThan(500_000);
    }));

  test('boots a floppy, takes keys by their places, and has the text for selection', () =>
    inPage('', async (page) => {
      await choose(page, 'echo.img', echo, 'Floppy A');
      await turnOn(page);
      await screenText(page).filter({ hasText: 'Booting from floppy A' }).waitFor(LONG);
      await page.locator('rawiron-pc').click();
      const press = () => page.keyboard.press('KeyX').then(() => screenText(page).textContent());
      await expect.poll(press, LONG).toMatch(/xx/);
      for (const keys of ['Shift+KeyH', 'KeyI', 'Comma', 'Space', 'Shift+Digit1']) await page.keyboard.press(keys);
      await screenText(page).filter({ hasText: 'Hi, !' }).waitFor(LONG);
    }));
});

describe.skipIf(noBrowser !== '')(`the page that is loaded again, in Chromium${noBrowser}`, () => {
  const inPage = usePage();

  test('saves a machine, which goes on after the page was loaded again, under the last lines of its terminal', () =>
    inPage('#system=demo&memory=16', async (page) => {
      await turnOn(page);
      await seeOnTerminal(page, 'demo>');
      await page.keyboard.type('bench 4\r');
      await seeOnTerminal(page, '4 rounds of the sieve');
      await page.keyboard.type('hel');
      await seeOnTerminal(page, 'demo> hel');
      const lines = await page.locator('.xterm-rows > div').allTextContents();
      await page.getByRole('button', { name: 'Save state' }).click();
      await page.locator('#status', { hasText: /^Saved/ }).waitFor(LONG);
      await page.goto('about:blank');
      await page.goBack();
      await page.getByRole('button', { name: 'Go on from demo' }).click();
      await page.locator('#status', { hasText: 'Running' }).waitFor(LONG);
      await seeOnTerminal(page, '4 rounds of the sieve');
      await expect.poll(() => page.locator('.xterm-rows > div').allTextContents()).toEqual(lines);
      await page.keyboard.type('p\r');
      await seeOnTerminal(page, 'demo> help');
      await page.keyboard.type('bench 5\r');
      await seeOnTerminal(page, 'with 23000 primes');
    }));

  test('starts the machine of an address that was typed into its tab when it is loaded again, not before', () =>
    inPage('', async (page) => {
      await startButton(page).waitFor();
      await page.evaluate("location.hash = '#system=demo&memory=16&run'");
      await expect.poll(() => page.locator('[name=memory]').inputValue()).toBe('16');
      expect(await page.locator('#status').textContent()).toBe('Choose what to boot.');
      await page.reload();
      await seeOnTerminal(page, 'demo>');
    }));
});
