import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import type { DebianLinux } from '../../src/node/linux/debian.ts';
import { linuxModules } from '../support/linux-modules.ts';
import { findLinux } from '../support/linux-shell.ts';
import { noBrowser } from '../support/web/browser.ts';
import { choose, seeOnTerminal, turnOn, usePage } from '../support/web/page.ts';

const TIMEOUT = 600_000;
const BOOT = { timeout: 500_000 };
const linux = await findLinux();
const modules =
  typeof linux === 'string'
    ? linux
    : await linuxModules(linux.modules, 'af_packet', 'mii', '8139cp').catch((error: Error) => error.message);
const missing = [linux, modules].find((one) => typeof one === 'string');
const reason = missing === undefined ? noBrowser : ` (${missing})`;

/** Boots Linux in a page, with a card at this address. */
async function boot(page: Page, address: string): Promise<void> {
  const { kernel, initrd } = linux as DebianLinux;
  const bytes = typeof kernel === 'string' ? await readFile(kernel) : Buffer.from(kernel);
  await choose(page, 'vmlinuz', bytes, 'Kernel');
  await choose(page, 'initrd.cpio', Buffer.from(initrd(modules as Exclude<typeof modules, string>)), 'Initrd');
  await turnOn(page);
  await seeOnTerminal(page, '~ #', BOOT);
  await run(page, `ip link set eth0 up; ip addr add ${address}/24 dev eth0`);
}

let commands = 0;

/** Runs a command line; what it says is on the terminal then. */
async function run(page: Page, command: string): Promise<void> {
  commands++;
  await page.keyboard.type(`clear; ${command}; echo done-$((${commands}+0))-\r`);
  await seeOnTerminal(page, `done-${commands}-`);
}

const shown = (page: Page) => page.locator('.xterm-rows').textContent();

describe.skipIf(reason !== '')(`Linux in a page${reason}`, () => {
  const inPage = usePage({ '/words.txt': new TextEncoder().encode('from the server') });

  test('gets a file from a web server, and addresses for names', { timeout: TIMEOUT }, () =>
    inPage('#network=user', async (page) => {
      await boot(page, '10.0.2.15');
      const { port } = new URL(page.url());
      await run(page, `wget -q -O - http://10.0.2.2:${port}/words.txt`);
      expect(await shown(page)).toContain('from the server');
      await run(page, 'ip route add default via 10.0.2.2; nslookup web.example 10.0.2.3');
      expect(await shown(page)).toMatch(/Address[^:]*: *198\.18\.0\.1/);
    }),
  );

  test('reaches Linux in another tab', { timeout: TIMEOUT }, () =>
    inPage('#network=channel', async (page) => {
      const other = await page.context().newPage();
      await other.goto(page.url());
      await boot(other, '10.0.0.2');
      await page.bringToFront();
      await boot(page, '10.0.0.1');
      await run(page, 'ping -c 3 10.0.0.2');
      expect(await shown(page)).toContain('3 packets received');
      await other.close();
    }),
  );
});
