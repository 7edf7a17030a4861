import { describe, expect, test } from 'vitest';
import { noBrowser } from '../support/web/browser.ts';
import { counter } from '../support/web/counter.ts';
import { useLibrary } from '../support/web/library.ts';
import { isolation } from '../support/web/server.ts';

/** The library as a page has it; the functions that tests give to it are made of their text there. */
declare const rawiron: typeof import('../../src/browser/index.ts');

describe.skipIf(noBrowser !== '')(
  `in Chromium${noBrowser}, a disk at an address that is relative to the page's`,
  () => {
    const open = useLibrary();

    test('is read where it is said that nothing is written there', async () => {
      await using opened = await open(isolation, { '/disk.img': counter });
      const told = await opened.page.evaluate(async () => {
        const drives = [{ image: 'disk.img', snapshot: true }] as const;
        const machine = await rawiron.Machine.create({ memory: 16, drives, debugConsole: { iobase: 0xe9 } });
        await machine.start();
        const [text] = await machine.debugConsole.expect('1', { timeout: 120_000 });
        await machine.stop();
        return text;
      });
      expect(told).toBe('1');
    });

    test('is refused where it would be written, with its address, and with what to say', async () => {
      await using opened = await open(isolation, { '/disk.img': counter });
      const made = opened.page.evaluate(() => rawiron.Machine.create({ drives: ['disk.img'] }).then(() => 'made'));
      await expect(made).rejects.toThrow(/127.0.0.1:\d+\/disk.img: .* can only be read: .*snapshot: true/);
    });

    test('is below what a page keeps in part, from which other folders have it too', async () => {
      await using opened = await open(isolation, { '/disk.img': counter });
      const backing = await opened.page.evaluate(async () => {
        await rawiron.keepOverlay('opfs:disk.qcow2', 'disk.img');
        const header = await (await rawiron.keptImage('opfs:disk.qcow2')).slice(0, 1024).text();
        return /http\S+?disk\.img/.exec(header)?.[0];
      });
      expect(backing).toBe(new URL('disk.img', opened.page.url()).href);
    });
  },
);
