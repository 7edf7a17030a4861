import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { buildPage } from '../../scripts/page.ts';
import { findLinux } from '../support/linux-shell.ts';
import { noBrowser } from '../support/web/browser.ts';
import { useBuild, useBuiltPageWithLinux } from '../support/web/build.ts';
import { otherBrowsers, useOtherBrowser } from '../support/web/other-browsers.ts';
import { LONG, seeOnTerminal, turnOn, usePage } from '../support/web/page.ts';
import { isolation, serve } from '../support/web/server.ts';
import { User } from '../support/web/user.ts';

const linux = await findLinux();
const noLinux = typeof linux === 'string' ? ` (${linux})` : '';
const lack = noLinux || noBrowser;
const hello = { '/hello.txt': new TextEncoder().encode('hello from a server') };
/** More than anything else of the page has, and less than a booted machine. */
const LARGE = 8e6;

const status = (page: Page, text: RegExp) => page.locator('#status', { hasText: text }).waitFor(LONG);

/** Types a command, and waits for what it writes. */
async function run(page: Page, command: string, output: string): Promise<void> {
  await page.keyboard.type(`${command}\r`);
  await seeOnTerminal(page, output);
}

/** Waits until the clock of the guest is in this hour; what it says then is not in the command itself. */
const untilTime = (hour: string) => `while [ "$(date '+%F %H')" != '${hour}' ]; do sleep 1; done; echo it is the""n`;

describe.skipIf(lack !== '')(`the Linux of the page in Chromium${lack}`, () => {
  const inPage = usePage(hello, isolation, useBuiltPageWithLinux);

  test('has booted already, with a network and the time of the page, which it has again when it goes on later', () =>
    inPage('#system=linux', async (page, { url }) => {
      await page.clock.setFixedTime('2030-01-02T03:04:05Z');
      await turnOn(page);
      await seeOnTerminal(page, '~ #');
      await run(page, untilTime('2030-01-02 03'), 'it is then');
      await run(page, `wget -qO - ${url.replace('127.0.0.1', '10.0.2.2')}hello.txt`, 'hello from a server');
      await page.getByRole('button', { name: 'Save state' }).click();
      await status(page, /^Saved/);
      await page.clock.setFixedTime('2031-01-02T03:04:05Z');
      page.on('dialog', (dialog) => void dialog.accept());
      await page.getByRole('button', { name: 'Go on from linux' }).click();
      await status(page, /Running/);
      await seeOnTerminal(page, 'hello from a server');
      await page.locator('.xterm-helper-textarea').first().focus();
      await run(page, untilTime('2031-01-02 03'), 'it is then');
    }));

  test('is loaded once; where the browser has kept something else, again', () =>
    inPage('#system=linux', async (page, { sent }) => {
      const again = async () => {
        sent.length = 0;
        await page.reload();
        await turnOn(page);
        await status(page, /Running/);
        await seeOnTerminal(page, '~ #');
        return sent.some(({ length }) => length > LARGE);
      };
      expect(await again()).toBe(true);
      expect(await again()).toBe(false);
      await page.evaluate(async () => {
        const cache = await caches.open('rawiron-files');
        for (const { url } of await cache.keys()) await cache.put(url, new Response('something else'));
      });
      expect(await again()).toBe(true);
    }));

  test('boots with other settings than those that it was saved with', { timeout: 600_000 }, () =>
    inPage('#system=linux&memory=96&card=e1000&run', async (page, { url }) => {
      await page.getByText('Turn off').waitFor();
      await seeOnTerminal(page, '~ #', { timeout: 500_000 });
      await run(page, 'lsmod | grep -c ^e1000', '1');
      await run(page, `wget -qO - ${url.replace('127.0.0.1', '10.0.2.2')}hello.txt`, 'hello from a server');
    }),
  );
});

for (const browser of otherBrowsers) {
  const why = noLinux || browser.lack;
  describe.skipIf(why !== '')(`the Linux of the page in ${browser.title}${why}`, () => {
    const client = useOtherBrowser(browser);
    const folder = useBuiltPageWithLinux();

    test('is there with a network', async () => {
      await using server = await serve(folder, isolation, hello);
      const user = new User(client(), await client().open(`${server.url}#system=linux&run`));
      await user.sees('terminal', '~ #');
      await user.sees('status', 'Running');
      await user.types(`wget -qO - ${server.url.replace('127.0.0.1', '10.0.2.2')}hello.txt\uE007`);
      await user.sees('terminal', 'hello from a server');
    });
  });
}

describe.skipIf(noBrowser !== '')(`a page that is built where no Linux can be had${noBrowser}`, () => {
  const said: string[] = [];
  const build = () =>
    useBuild((outDir) =>
      buildPage(
        outDir,
        (text) => said.push(text),
        () => Promise.reject(new Error('no server was reached')),
      ),
    );
  let folder = '';
  const inPage = usePage({}, isolation, () => {
    folder = build();
    return folder;
  });

  test('has no entry for it, and whoever builds it hears why', () =>
    inPage('', async (page) => {
      expect(said).toEqual(['The page is built without Linux: no server was reached']);
      await page.getByText('Demo', { exact: true }).waitFor();
      expect(await page.getByText('Linux', { exact: true }).count()).toBe(0);
      expect(readdirSync(join(folder, 'assets')).filter((name) => name.startsWith('linux'))).toEqual([]);
    }));
});
