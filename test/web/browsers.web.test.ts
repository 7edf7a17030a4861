import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { diskWith } from '../../scripts/gallery/disk.ts';
import { programs } from '../../scripts/gallery/programs.ts';
import { useBuiltLibrary, useBuiltPage } from '../support/web/build.ts';
import { counter } from '../support/web/counter.ts';
import { echo } from '../support/web/echo.ts';
import { PAGE, ways } from '../support/web/library.ts';
import { type OtherBrowser, otherBrowsers, useOtherBrowser } from '../support/web/other-browsers.ts';
import { isolation, serve } from '../support/web/server.ts';
import { User } from '../support/web/user.ts';
import { bootCounter, call, controlSpinning, goOnFromSnapshot, keepCounter, pictureOfDisk, runDemo } from './acts.ts';
import { pictureOf } from './picture.ts';

const LONG = { timeout: 50_000, interval: 200 };
const index = new TextEncoder().encode(PAGE);

for (const browser of otherBrowsers) {
  describe.skipIf(browser.lack !== '').each(Object.entries(ways))(
    `in ${browser.title}${browser.lack}, a page that is %s`,
    (_name, headers) => testLibrary(browser, headers),
  );
  describe.skipIf(browser.lack !== '')(`the page in ${browser.title}${browser.lack}`, () => testPage(browser));
}

function testLibrary(browser: OtherBrowser, headers: Readonly<Record<string, string>>): void {
  const client = useOtherBrowser(browser);
  const library = useBuiltLibrary();
  const disk = diskWith(programs['mode-13h']);
  const inPage = async (act: (evaluate: (expression: string) => Promise<string>) => Promise<void>) => {
    await using server = await serve(library, headers, {
      '/index.html': index,
      '/disk.img': disk,
      '/count.img': counter,
    });
    const tab = await client().open(server.url);
    await act((expression) => client().evaluate(tab, expression));
  };

  test('shares memory between threads as the headers say', () =>
    inPage(async (evaluate) =>
      expect(await evaluate('String(crossOriginIsolated)')).toBe(String(headers === isolation)),
    ));

  test.each(['worker', 'caller'] as const)('runs the demo in the thread of the %s', (isolate) =>
    inPage(async (evaluate) => expect(await evaluate(call(runDemo, isolate))).toBe('23000')),
  );

  test('pauses, resumes and stops a guest that computes without end', () =>
    inPage(async (evaluate) => expect(await evaluate(call(controlSpinning))).toBe('paused,running,ended,stopped')));

  test('boots a disk given as a Blob, and shows the same picture as Node', () =>
    inPage(async (evaluate) => {
      const there = JSON.parse(await evaluate(call(pictureOfDisk)));
      const { width, height, data } = await pictureOf(disk);
      expect(there).toEqual({ width, height, digest: createHash('sha256').update(data).digest('hex') });
    }));

  test('goes on from a snapshot', () =>
    inPage(async (evaluate) => expect(await evaluate(call(goOnFromSnapshot))).toBe('23000')));

  test.skipIf(browser.keepsFiles)('says why it keeps no disk', () =>
    inPage(async (evaluate) => {
      await expect(evaluate(call(keepCounter))).rejects.toThrow('the browser keeps no files of this page');
    }),
  );

  test.runIf(browser.keepsFiles)('keeps a disk, with what a guest wrote', async () => {
    await using server = await serve(library, headers, { '/index.html': index, '/count.img': counter });
    const first = await client().open(server.url);
    expect(await client().evaluate(first, call(keepCounter))).toBe('opfs:count.img');
    expect(await client().evaluate(first, call(bootCounter, 'opfs:count.img'))).toBe('1');
    const second = await client().open(server.url);
    const refused = client().evaluate(second, call(bootCounter, 'opfs:count.img'));
    await expect(refused).rejects.toThrow('opfs:count.img: cannot open it: it is in use by another machine or page');
    await client().close(first);
    const boot = () => client().evaluate(second, call(bootCounter, 'opfs:count.img')).catch(String);
    await expect.poll(boot, LONG).toBe('2');
  });
}

function testPage(browser: OtherBrowser): void {
  const client = useOtherBrowser(browser);
  const folder = useBuiltPage();
  const files = { '/echo.img': echo, '/disks/count.img': counter };
  const inPage = async (hash: string, act: (user: User) => Promise<void>) => {
    await using server = await serve(folder, isolation, files);
    await act(new User(client(), await client().open(server.url + hash)));
  };

  test('boots the demo, whose shell is on the serial terminal, and takes keys', () =>
    inPage('#system=demo&run', async (user) => {
      await user.sees('terminal', 'demo>');
      await user.types('bench 5\uE007');
      await user.sees('terminal', 'with 23000 primes');
    }));

  test('gives keys to the machine, and shows its text', () =>
    inPage('#fda=echo.img&memory=16&run', async (user) => {
      await user.sees('screen', 'Booting from floppy A');
      await user.does(`document.querySelector('rawiron-pc').focus()`);
      await user.types('hallo');
      await user.sees('screen', 'hallo');
    }));

  test.runIf(browser.keepsFiles)('keeps a disk of a server, and what the guest wrote', () =>
    inPage('#hda=disks/count.img', async (user) => {
      await user.clicks('keep');
      await user.clicks('Turn on');
      await user.sees('screen', '#1');
      await user.reloads();
      await user.clicks('Turn on');
      await user.sees('screen', '#2');
    }),
  );

  test.runIf(browser.keepsFiles)('keeps a machine, which goes on after the page was loaded again', () =>
    inPage('#system=demo&memory=16', async (user) => {
      await user.clicks('Turn on');
      await user.sees('terminal', 'demo>');
      await user.clicks('Save state');
      await user.sees('status', 'Saved');
      await user.reloads();
      await user.clicks('Go on from demo');
      await user.sees('status', 'Running');
      await user.types('bench 5\uE007');
      await user.sees('terminal', 'with 23000 primes');
    }),
  );
}
