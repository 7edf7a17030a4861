import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { noBrowser } from '../support/web/browser.ts';
import { counter } from '../support/web/counter.ts';
import { choose, floppy, LONG, seeOnTerminal, turnOn, usePage } from '../support/web/page.ts';

const status = (page: Page, text: RegExp) => page.locator('#status', { hasText: text }).waitFor(LONG);
const saved = (page: Page) => page.locator('#saved-states span').allTextContents();

async function saveState(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Save state' }).click();
  await status(page, /^Saved/);
}

describe.skipIf(noBrowser !== '')(`a machine that the page saves${noBrowser}`, () => {
  const inPage = usePage({ '/count.img': counter });

  test('is saved as a file, taken back from it, and removed', () =>
    inPage('#system=demo&memory=16', async (page) => {
      await turnOn(page);
      await seeOnTerminal(page, 'demo>');
      await saveState(page);
      const download = page.waitForEvent('download');
      await page.getByRole('button', { name: 'Save demo' }).click();
      const bytes = await readFile(await (await download).path());
      expect(bytes.subarray(0, 8).toString()).toBe('RAWIRON\n');
      page.on('dialog', (dialog) => void dialog.accept());
      await page.getByRole('button', { name: 'Remove demo' }).click();
      await expect.poll(() => saved(page)).toEqual([]);
      const file = { name: 'mine.snapshot', mimeType: 'application/octet-stream', buffer: bytes };
      await page.locator('#files').setInputFiles(file);
      await page.getByRole('button', { name: 'Go on from mine' }).click();
      await status(page, /Running/);
    }));

  test('with a disk that the browser keeps is turned off, and goes on with that disk', () =>
    inPage('#hda=count.img', async (page) => {
      await page.getByLabel('keep').check();
      await turnOn(page);
      await status(page, /Running/);
      await page.locator('rawiron-pc pre').filter({ hasText: 'Booting from' }).waitFor(LONG);
      await saveState(page);
      await status(page, /turned off/);
      await page.getByRole('button', { name: /^Go on from opfs/ }).click();
      await status(page, /Running/);
    }));
});

describe.skipIf(noBrowser !== '')(`a saved machine in the page${noBrowser}`, () => {
  const inPage = usePage({ '/late.img': floppy('') });

  test('goes on where the images of another machine, asked for before, are still on their way, which end', () =>
    inPage('#system=demo&memory=16', async (page) => {
      await turnOn(page);
      await seeOnTerminal(page, 'demo>');
      await saveState(page);
      await page.getByRole('button', { name: 'Turn off' }).click();
      const [asked, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      await page.route('**/late.img', async (route) => {
        asked.resolve();
        await released.promise;
        // Nobody waits for it any more.
        await route.continue().catch(() => {});
      });
      await page.evaluate(() => {
        location.hash = '#fda=late.img';
      });
      await page.getByRole('button', { name: 'Remove late.img' }).waitFor();
      await turnOn(page);
      await asked.promise;
      const ended = page.waitForEvent('requestfailed', (request) => request.url().endsWith('/late.img'));
      await page.getByRole('button', { name: 'Go on from demo' }).click();
      await status(page, /Running/);
      await ended;
      released.resolve();
      await page.keyboard.type('bench 5\r');
      await seeOnTerminal(page, 'with 23000 primes');
      await status(page, /Running/);
      expect(await page.locator('#setup').isVisible()).toBe(false);
    }));

  test('tells which image it needs by its place in the form', () =>
    inPage('', async (page) => {
      const disk = Buffer.from(counter);
      await choose(page, 'mine.img', disk, 'Disk 1');
      await turnOn(page);
      await page.locator('rawiron-pc pre').filter({ hasText: 'Booting from' }).waitFor(LONG);
      await saveState(page);
      await page.reload();
      await page.getByRole('button', { name: 'Go on from mine' }).click();
      const problem = page.getByRole('alert').filter({ hasText: 'Disk 1' });
      await problem.waitFor(LONG);
      expect(await problem.textContent()).toMatch(/^The saved machine had mine.img .* as Disk 1. Drop that image here/);
    }));
});

describe.skipIf(noBrowser !== '')(`a saved machine beside another one in the page${noBrowser}`, () => {
  const inPage = usePage();

  test('goes on as it was, whatever the form says by then', () =>
    inPage('#system=demo&memory=16', async (page) => {
      await turnOn(page);
      await seeOnTerminal(page, 'demo>');
      await saveState(page);
      await page.getByRole('button', { name: 'Turn off' }).click();
      await choose(page, 'mine.img', floppy(''), 'Floppy');
      await page.evaluate(() => {
        location.hash = '#memory=64&network=nonsense';
      });
      await expect.poll(() => page.locator('[name=network]').inputValue()).toBe('nonsense');
      await page.getByRole('button', { name: 'Go on from demo' }).click();
      await status(page, /Running/);
      expect(new URL(page.url()).hash).toMatch(/system=demo&memory=16$/);
    }));

  test('ends another one only if its user wants that, and it can be read; an error can be seen beside one that runs', () =>
    inPage('#system=demo&memory=16', async (page) => {
      await turnOn(page);
      await seeOnTerminal(page, 'demo>');
      await saveState(page);
      const buffer = Buffer.from('RAWIRON\nand nothing else');
      await page.locator('#files').setInputFiles({ name: 'bad', mimeType: 'application/octet-stream', buffer });
      await page.getByRole('button', { name: 'Go on from bad' }).click();
      await page.getByRole('alert').filter({ hasText: 'snapshot' }).waitFor(LONG);
      const asked = page.waitForEvent('dialog');
      const went = page.getByRole('button', { name: 'Go on from demo' }).click();
      await (await asked).dismiss();
      await went;
      await page.locator('.xterm-helper-textarea').first().focus();
      await page.keyboard.type('bench 5\r');
      await seeOnTerminal(page, 'with 23000 primes');
    }));
});
