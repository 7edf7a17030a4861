import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, describe, expect, test } from 'vitest';
import { diskWith } from '../../scripts/gallery/disk.ts';
import { noBrowser, openProfile } from '../support/web/browser.ts';
import { LONG, turnOn, usePage } from '../support/web/page.ts';
import { usePages } from './keeping.ts';

declare const rawiron: typeof import('../../src/browser/index.ts');

const MEGABYTE = 1 << 20;
const QUOTA = 4 * MEGABYTE;

/** A disk that is filled up to its 24th megabyte: its guest says E if a write fails, and otherwise W. */
const filler = new Uint8Array(32 * MEGABYTE);
filler.set(
  diskWith(`
again:  mov     ax, 0x4300
        mov     dl, 0x80
        mov     si, blocks
        int     0x13
        mov     al, 'E'
        jc      tell
        add     dword [blocks + 8], 64
        cmp     dword [blocks + 8], 24 << 11
        jb      again
        mov     al, 'W'
tell:   out     0xE9, al
        jmp     finished
blocks: db      16, 0
        dw      64, 0x8000, 0
        dq      2
`),
);

/** A browser whose disk is nearly full gives the page no more than this. */
async function limit(page: Page, quotaSize: number): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('Storage.overrideQuotaForOrigin', { origin: new URL(page.url()).origin, quotaSize });
}

describe.skipIf(noBrowser !== '')(`where Chromium gives no more room${noBrowser}`, () => {
  const profile = mkdtempSync(join(tmpdir(), 'profile-'));
  afterAll(() => rmSync(profile, { recursive: true, force: true, maxRetries: 5 }));
  const inPages = usePages({ '/filler.img': filler }, () => openProfile(profile));

  test('an image is not kept, and none of that name stays; one that was there stays as it was', () =>
    inPages(async (open) => {
      const page = await open();
      await limit(page, QUOTA);
      const told = await page.evaluate(async (size) => {
        const why = (error: Error) => error.message;
        const large = new Blob([new Uint8Array(size)]);
        await rawiron.keepImage('opfs:small.img', new Blob(['small']));
        const messages = [
          await rawiron.keepImage('opfs:large.img', large).catch(why),
          await rawiron.keepImage('opfs:small.img', large).catch(why),
        ];
        return [messages, await rawiron.keptImages(), await (await rawiron.keptImage('opfs:small.img')).text()];
      }, 2 * QUOTA);
      const message = (name: string) => `opfs:${name}.img: cannot keep it: the browser gives this page no more room`;
      expect(told).toEqual([[message('large'), message('small')], ['opfs:small.img'], 'small']);
    }));

  test('a guest is told that its write failed, and the machine goes on', () =>
    inPages(async (open) => {
      const page = await open();
      const seen = page.evaluate(async () => {
        await rawiron.keepOverlay('opfs:filler.qcow2', new URL('filler.img', location.href).href);
        const drives = ['opfs:filler.qcow2'];
        const machine = await rawiron.Machine.create({ memory: 4, drives, debugConsole: { iobase: 0xe9 } });
        const told: string[] = [];
        machine.on('log', (message) => void told.push(message));
        Object.assign(globalThis, { go: Promise.withResolvers<void>() });
        await (globalThis as unknown as { go: PromiseWithResolvers<void> }).go.promise;
        await machine.start();
        const [, said] = await machine.debugConsole.expect(/(.)!/, { timeout: 60_000 });
        const { state } = machine;
        await machine.stop();
        return [said, state, told.join()];
      });
      await page.waitForFunction('globalThis.go !== undefined');
      await limit(page, QUOTA);
      await page.evaluate('go.resolve()');
      const [said, state, told] = await seen;
      expect([said, state]).toEqual(['E', 'running']);
      expect(told).toMatch(/opfs:filler.qcow2: cannot \w+ it: the browser gives this page no more room/);
    }));
});

describe.skipIf(noBrowser !== '')(`the page where Chromium gives no more room${noBrowser}`, () => {
  const inPage = usePage({ '/small.img': diskWith('jmp $') });

  test('lets a machine go on whose state cannot be saved', () =>
    inPage('#hda=small.img&memory=16', async (page) => {
      await page.getByLabel('keep').check();
      await turnOn(page);
      await page.locator('#status', { hasText: 'Running' }).waitFor(LONG);
      await limit(page, 1);
      await page.getByRole('button', { name: 'Save state' }).click();
      await page.getByRole('alert').filter({ hasText: 'no more room' }).waitFor(LONG);
      expect(await page.locator('#pause').textContent()).toBe('Pause');
      expect(await page.locator('#saved-states li').count()).toBe(0);
      await page.getByRole('button', { name: 'Pause' }).click();
      await page.locator('#status', { hasText: 'Paused' }).waitFor(LONG);
    }));

  test('says that a disk cannot be kept', () =>
    inPage('', async (page) => {
      await limit(page, QUOTA);
      const buffer = Buffer.alloc(2 * QUOTA);
      await page.locator('#files').setInputFiles({ name: 'disk.img', mimeType: 'application/octet-stream', buffer });
      await page.getByLabel('keep').check();
      await turnOn(page);
      await page.getByRole('alert').filter({ hasText: 'no more room' }).waitFor(LONG);
      expect(await page.locator('#kept-disks li').count()).toBe(0);
    }));
});
