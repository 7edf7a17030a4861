import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { noBrowser } from '../support/web/browser.ts';
import { useLibrary } from '../support/web/library.ts';
import { isolation } from '../support/web/server.ts';

declare const rawiron: typeof import('../../src/index.ts');

const MEGABYTE = 1 << 20;
const MACHINE = 64 * MEGABYTE;

/** Bytes that the browser's processes for pages hold; its workers are threads of these (Linux). */
async function residentBytes(page: Page): Promise<number> {
  const session = await page.context().browser()!.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  const sizes = processInfo
    .filter(({ type }) => type === 'renderer')
    .map(({ id }) => Number(/^VmRSS:\s*(\d+) kB/m.exec(readFileSync(`/proc/${id}/status`, 'latin1'))![1]) * 1024);
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Starts and stops machines whose guests have touched all of their memory: a snapshot looks at it. */
function startAndStop(page: Page, times: number): Promise<void> {
  return page.evaluate(async (times) => {
    for (let n = 0; n < times; n++) {
      const machine = await rawiron.Machine.create({ memory: 64, boot: { demo: true } });
      await machine.start();
      await machine.serial.expect(/demo> $/, { timeout: 60_000 });
      await machine.snapshot();
      await machine.stop();
    }
  }, times);
}

const reason = noBrowser || (process.platform === 'linux' ? '' : ' (only Linux tells of processes)');

describe.skipIf(reason !== '')(`the memory of a page in Chromium${reason}`, () => {
  const open = useLibrary();

  test('is given back by machines that have ended', { timeout: 300_000 }, async () => {
    await using opened = await open(isolation);
    const { page } = opened;
    await startAndStop(page, 3);
    const before = await residentBytes(page);
    await startAndStop(page, 20);
    await expect.poll(() => page.workers().length, { timeout: 60_000 }).toBe(0);
    // Twenty machines would be 1.3 GB; what the browser collects later is not theirs.
    await expect.poll(() => residentBytes(page), { timeout: 60_000 }).toBeLessThan(before + 3 * MACHINE);
  });
});
