import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { diskWith } from '../../scripts/gallery/disk.ts';
import { noBrowser, useBrowser } from '../support/web/browser.ts';
import { useBuiltLibrary } from '../support/web/build.ts';
import { PAGE } from '../support/web/library.ts';
import { LONG, turnOn, usePage } from '../support/web/page.ts';
import { isolation, serve } from '../support/web/server.ts';

declare const rawiron: typeof import('../../src/browser/index.ts');

/** Counts its starts on its own disk, and tells the debug console which one this is. */
const counter = diskWith(`
        inc     byte [count]
        mov     ax, 0x4300
        mov     dl, 0x80
        mov     si, own
        int     0x13
        mov     al, [count]
        out     0xE9, al
        jmp     finished
own:    db      16, 0
        dw      1, 0x8000, 0
        dq      2
count:  db      '0'
`);

describe.skipIf(noBrowser !== '')(`an image that Chromium keeps${noBrowser}`, () => {
  const browser = useBrowser();
  const folder = useBuiltLibrary();

  /** Opens pages of one server in one profile, as one after the other in a browser. */
  const inPages = async (act: (open: () => Promise<Page>) => Promise<void>) => {
    const others = { '/index.html': new TextEncoder().encode(PAGE), '/count.img': counter };
    await using server = await serve(folder, isolation, others);
    const context = await browser().newContext();
    await act(async () => {
      const page = await context.newPage();
      await page.goto(server.url);
      await page.waitForFunction('globalThis.rawiron !== undefined');
      return page;
    });
    await context.close();
  };

  /** Boots the disk; what it tells. The machine runs on. */
  const boot = (page: Page) =>
    page.evaluate(async () => {
      const drives = [{ image: 'opfs:count.img', format: 'raw' }] as const;
      const machine = await rawiron.Machine.create({ memory: 4, drives, debugConsole: { iobase: 0xe9 } });
      await machine.start();
      const [, count] = await machine.debugConsole.expect(/(.)!/, { timeout: 120_000 });
      return count;
    });

  test('has what a guest wrote after the page was closed, and is locked while a machine has it', () =>
    inPages(async (open) => {
      const first = await open();
      await first.evaluate(async () => rawiron.keepImage('opfs:count.img', await (await fetch('count.img')).blob()));
      expect(await boot(first)).toBe('1');
      const second = await open();
      const refused = second.evaluate(() => rawiron.Machine.create({ drives: ['opfs:count.img'] }).then(() => 'made'));
      await expect(refused).rejects.toThrow('opfs:count.img: cannot open it: it is in use by another machine or page');
      await first.close();
      await expect.poll(() => boot(second).catch(() => 'still locked'), { timeout: 60_000 }).toBe('2');
    }));

  test('is listed, given back and removed', () =>
    inPages(async (open) => {
      const page = await open();
      const found = await page.evaluate(async () => {
        await rawiron.keepImage('opfs:b.img', new Blob(['bytes']));
        await rawiron.keepImage('opfs:a.img', new Blob(['others']));
        const text = await (await rawiron.keptImage('opfs:b.img')).text();
        await rawiron.removeImage('opfs:a.img');
        return [text, await rawiron.keptImages()];
      });
      expect(found).toEqual(['bytes', ['opfs:b.img']]);
    }));

  test.each([
    ['opfs:none.img', 'opfs:none.img: cannot open it: there is no such image'],
    ['disk.img', 'disk.img: a page opens no files; give a File'],
    ['opfs:../disk.img', "'opfs:../disk.img' is no name of a kept image"],
  ])('that cannot be is refused: %s', (image, message) =>
    inPages(async (open) => {
      const page = await open();
      const made = page.evaluate((image) => rawiron.Machine.create({ drives: [image] }).then(() => 'made'), image);
      await expect(made).rejects.toThrow(message);
    }),
  );
});

describe.skipIf(noBrowser !== '')(`a disk that the page keeps${noBrowser}`, () => {
  const inPage = usePage();

  test('is part of the address, and boots again after a reload', () =>
    inPage('', async (page) => {
      const buffer = Buffer.from(counter);
      await page.locator('#files').setInputFiles({ name: 'count.img', mimeType: 'application/octet-stream', buffer });
      await page.getByLabel('keep').check();
      await turnOn(page);
      await page.locator('#status', { hasText: 'Running' }).waitFor(LONG);
      expect(new URLSearchParams(new URL(page.url()).hash.slice(1)).get('hda')).toBe('opfs:count.img');
      await page.getByRole('button', { name: 'Turn off' }).click();
      await page.reload();
      await page.getByRole('button', { name: 'Save count.img as a file' }).waitFor();
      await turnOn(page);
      await page.locator('#status', { hasText: 'Running' }).waitFor(LONG);
    }));
});
