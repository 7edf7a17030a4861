import { describe, expect, test } from 'vitest';
import { noBrowser } from '../support/web/browser.ts';
import { counter } from '../support/web/counter.ts';
import { LONG, screenText, turnOn, usePage } from '../support/web/page.ts';
import { bootKept, usePages } from './keeping.ts';

declare const rawiron: typeof import('../../src/browser/index.ts');

describe.skipIf(noBrowser !== '')(`an image that Chromium keeps${noBrowser}`, () => {
  const inPages = usePages({ '/count.img': counter });

  test('has what a guest wrote after the page was closed, and is locked while a machine has it', () =>
    inPages(async (open) => {
      const first = await open();
      await first.evaluate(async () => rawiron.keepImage('opfs:count.img', await (await fetch('count.img')).blob()));
      expect(await bootKept(first)).toBe('1');
      const second = await open();
      const refused = second.evaluate(() => rawiron.Machine.create({ drives: ['opfs:count.img'] }).then(() => 'made'));
      await expect(refused).rejects.toThrow('opfs:count.img: cannot open it: it is in use by another machine or page');
      await first.close();
      await expect.poll(() => bootKept(second).catch(() => 'still locked'), { timeout: 60_000 }).toBe('2');
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
    ['file:///disk.img', 'file:///disk.img: a page opens no files; give a File'],
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
  const inPage = usePage({ '/disks/count.img': counter });

  test('from a server is there after a reload, and what the guest wrote', () =>
    inPage('#hda=disks/count.img', async (page) => {
      await page.getByLabel('keep').check();
      await turnOn(page);
      await screenText(page).filter({ hasText: '#1' }).waitFor(LONG);
      expect(page.url()).toMatch(/#hda=opfs%3Acount.qcow2&/);
      await page.reload();
      await turnOn(page);
      await screenText(page).filter({ hasText: '#2' }).waitFor(LONG);
    }));

  test('that has gone, or is in use, is told of', () =>
    inPage('#hda=disks/count.img', async (page) => {
      const alert = (text: string) => page.getByRole('alert').filter({ hasText: text }).waitFor(LONG);
      await page.getByLabel('keep').check();
      await turnOn(page);
      await screenText(page).filter({ hasText: '#1' }).waitFor(LONG);
      const other = await page.context().newPage();
      await other.goto(page.url().replace(/#.*/, ''));
      other.on('dialog', (dialog) => void dialog.accept());
      await other.getByRole('button', { name: 'Remove count.qcow2' }).click();
      const problem = other.getByRole('alert').filter({ hasText: 'count.qcow2: cannot remove it: it is in use' });
      await problem.waitFor(LONG);
      await page.getByRole('button', { name: 'Turn off' }).click();
      await page.getByRole('button', { name: 'Save count.qcow2 as a file' }).waitFor();
      const remove = other.getByRole('button', { name: 'Remove count.qcow2' });
      // Its machine lets it go a little later.
      await expect
        .poll(async () => {
          await remove.dispatchEvent('click', undefined, { timeout: 1000 }).catch(() => {});
          return await remove.count();
        }, LONG)
        .toBe(0);
      await page.getByRole('button', { name: 'Save count.qcow2 as a file' }).click();
      await alert('count.qcow2: cannot read it: there is no such image');
    }));

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
