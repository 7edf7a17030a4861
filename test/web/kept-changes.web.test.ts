import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { noBrowser } from '../support/web/browser.ts';
import { counter } from '../support/web/counter.ts';
import { bootKept, usePages } from './keeping.ts';

declare const rawiron: typeof import('../../src/browser/index.ts');

/** A large disk, most of which nobody reads. */
const large = new Uint8Array(8 << 20);
large.set(counter);

/** As if the operating system had ended the tab's process. */
async function kill(page: Page): Promise<void> {
  const crashed = page.waitForEvent('crash');
  const session = await page.context().newCDPSession(page);
  void session.send('Page.crash').catch(() => {});
  await crashed;
}

describe.skipIf(noBrowser !== '')(`an image that Chromium keeps${noBrowser}`, () => {
  const inPages = usePages({ '/count.img': counter, '/large.img': large });

  test('of changes alone has what a guest flushed when its tab is killed', () =>
    inPages(async (open) => {
      const first = await open();
      await first.evaluate(() => rawiron.keepOverlay('opfs:count.qcow2', new URL('large.img', location.href).href));
      expect(await bootKept(first, 'opfs:count.qcow2')).toBe('1');
      await kill(first);
      const second = await open();
      await expect.poll(() => bootKept(second, 'opfs:count.qcow2').catch(String), { timeout: 60_000 }).toBe('2');
      const bytes = await second.evaluate(async () => (await rawiron.keptImage('opfs:count.qcow2')).size);
      expect(bytes).toBeLessThan(large.length / 2);
    }));

  test('that a machine was saved with must be as it was', () =>
    inPages(async (open) => {
      const page = await open();
      const [again, changed] = await page.evaluate(async () => {
        const drives = ['opfs:count.img'];
        const count = async (machine: Awaited<ReturnType<typeof rawiron.Machine.create>>) => {
          await machine.start();
          await machine.debugConsole.expect(/.!/, { timeout: 120_000 });
        };
        await rawiron.keepImage('opfs:count.img', await (await fetch('count.img')).blob());
        const first = await rawiron.Machine.create({ memory: 4, drives, debugConsole: { iobase: 0xe9 } });
        await count(first);
        await first.pause();
        const snapshot = await first.snapshot();
        await first.stop();
        const second = await rawiron.Machine.restore(snapshot, { drives });
        const { state } = second;
        await second.stop();
        const third = await rawiron.Machine.create({ memory: 4, drives, debugConsole: { iobase: 0xe9 } });
        await count(third);
        await third.stop();
        const refused = rawiron.Machine.restore(snapshot, { drives });
        return [
          state,
          await refused.then(
            () => 'restored',
            ({ message }: Error) => message,
          ),
        ];
      });
      expect(again).toBe('created');
      expect(changed).toMatch(/opfs:count.img was changed after the snapshot was taken/);
    }));
});
