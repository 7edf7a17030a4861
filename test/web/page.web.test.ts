import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { diskWith } from '../../scripts/gallery/disk.ts';
import { programs } from '../../scripts/gallery/programs.ts';
import type { RawironPc } from '../../src/browser/element.ts';
import { findLinux } from '../support/linux-shell.ts';
import { noBrowser } from '../support/web/browser.ts';
import { choose, LONG, seeOnTerminal, turnOn, usePage } from '../support/web/page.ts';

/** How many dots of the canvas differ from the machine's picture; it is drawn larger by a whole factor. */
async function compare(): Promise<object> {
  const { canvas, machine } = document.querySelector('rawiron-pc') as RawironPc;
  const { width, height, data } = await machine!.screen.image();
  const factor = canvas.width / width;
  const shown = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height).data;
  let different = 0;
  for (let dot = 0; dot < width * height; dot++) {
    const there = (Math.floor(dot / width) * factor * canvas.width + (dot % width) * factor) * 4;
    if ([0, 1, 2].some((n) => data[dot * 4 + n] !== shown[there + n])) different++;
  }
  return { width, height, different, isColorful: new Set(new Uint32Array(data.buffer)).size > 20 };
}

describe.skipIf(noBrowser !== '')(`the page's machine in Chromium${noBrowser}`, () => {
  const inPage = usePage();

  test('is drawn dot by dot as screen.image() has it', () =>
    inPage('', async (page) => {
      await choose(page, 'picture.img', Buffer.from(diskWith(programs['mode-13h']!)), 'Disk 1');
      await turnOn(page);
      await expect
        .poll(() => page.evaluate(compare), LONG)
        .toEqual({ width: 640, height: 400, different: 0, isColorful: true });
    }));

  test('shows its translations', () =>
    inPage('#system=demo&run', async (page) => {
      await seeOnTerminal(page, 'demo>');
      await page.keyboard.type('bench 1000\r');
      await page.getByRole('tab', { name: 'Inspector' }).click();
      await page.locator('#blocks tbody button').first().click(LONG);
      await expect.poll(() => page.locator('#block tbody').textContent(), LONG).toMatch(/mov|add|cmp/);
      const cells = await page.locator('#block tbody td:nth-child(3)').allTextContents();
      expect(cells.join('\n')).toMatch(/^t\d+ = /m);
    }));

  test('goes on when its element is moved, and ends when that is removed', () =>
    inPage('#system=demo&memory=16&run', async (page) => {
      await seeOnTerminal(page, 'demo>');
      const pc = page.locator('rawiron-pc');
      await pc.evaluate((element) => element.parentElement!.append(element));
      await page.locator('.xterm-helper-textarea').first().focus();
      await page.keyboard.type('bench 5\r');
      await seeOnTerminal(page, 'with 23000 primes');
      await pc.evaluate((element) => element.remove());
      await page.locator('#status', { hasText: 'The machine is off.' }).waitFor(LONG);
    }));

  test("gives the browser's debugger source maps to the guest's assembly", () =>
    inPage('#system=demo&run', async (page) => {
      await seeOnTerminal(page, 'demo>');
      await page.keyboard.type('bench 1000\r');
      await page.getByRole('tab', { name: 'Inspector' }).click();
      await page.locator('#blocks tbody button').first().waitFor(LONG);
      const maps = await mapsOfWorkers(page);
      await page.getByRole('button', { name: "Let the browser's debugger" }).click();
      await expect.poll(() => maps.filter(({ url }) => url.startsWith('guest-code:')).length, LONG).toBeGreaterThan(0);
      const { sourceMapURL } = maps.find(({ url }) => url.startsWith('guest-code:'))!;
      const { sourcesContent, mappings } = await fetch(sourceMapURL).then((response) => response.json());
      expect(sourcesContent[0]).toMatch(/^[0-9a-f]{8} +([0-9a-f]{2} )+ +\w+/m);
      expect(mappings).toMatch(/;A/);
    }));
});

interface Script {
  readonly url: string;
  readonly sourceMapURL: string;
}

/** Scripts with source maps that a debugger of the page's workers hears of, from now on too. */
async function mapsOfWorkers(page: Page): Promise<readonly Script[]> {
  const scripts: Script[] = [];
  const session = await page.context().newCDPSession(page);
  session.on('Target.attachedToTarget', ({ sessionId }) => {
    const message = JSON.stringify({ id: 1, method: 'Debugger.enable' });
    void session.send('Target.sendMessageToTarget', { sessionId, message });
  });
  session.on('Target.receivedMessageFromTarget', ({ message }) => {
    const { method, params } = JSON.parse(message);
    if (method === 'Debugger.scriptParsed' && params.sourceMapURL) scripts.push(params);
  });
  await session.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: false, flatten: false });
  return scripts;
}

const linux = await findLinux();
const reason = typeof linux === 'string' ? ` (${linux})` : noBrowser;
describe.skipIf(reason !== '')(`Debian's kernel in a page${reason}`, () => {
  const inPage = usePage();

  test('boots from chosen files to a shell', { timeout: 900_000 }, () =>
    inPage('', async (page) => {
      if (typeof linux === 'string') return;
      const kernel = typeof linux.kernel === 'string' ? await readFile(linux.kernel) : Buffer.from(linux.kernel);
      await choose(page, 'vmlinuz', kernel, 'Kernel');
      await choose(page, 'initrd.cpio', Buffer.from(linux.initrd()), 'Initrd');
      await turnOn(page);
      await seeOnTerminal(page, '~ #', { timeout: 800_000 });
      await page.keyboard.type('echo $((6*7))\r');
      await seeOnTerminal(page, '42');
    }),
  );
});
