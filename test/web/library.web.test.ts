import { describe, expect, test } from 'vitest';
import { diskWith } from '../../scripts/gallery/disk.ts';
import { programs } from '../../scripts/gallery/programs.ts';
import { Machine } from '../../src/index.ts';
import { noBrowser, useLibrary, ways } from '../support/web/library.ts';
import { isolation } from '../support/web/server.ts';

/** What a page has of the library; the functions that tests give to it are made of their text there. */
declare const rawiron: typeof import('../../src/index.ts');

describe.skipIf(noBrowser !== '').each(Object.entries(ways))(
  `in Chromium, a page ${noBrowser}that is %s`,
  (_, headers) => {
    const open = useLibrary();

    test('shares memory between threads as the headers say', async () => {
      await using opened = await open(headers);
      expect(await opened.page.evaluate('crossOriginIsolated')).toBe(headers === isolation);
    });

    test.each(['worker', 'caller'] as const)('runs the demo in the thread of the %s', async (isolate) => {
      await using opened = await open(headers);
      const primes = await opened.page.evaluate(async (isolate) => {
        const machine = await rawiron.Machine.create({ memory: 16, boot: { demo: true }, isolate });
        await machine.start();
        await machine.serial.expect(/demo> $/);
        machine.serial.write('bench 5\r');
        const [, primes] = await machine.serial.expect(/with (\d+) primes/, { timeout: 60_000 });
        await machine.stop();
        return primes;
      }, isolate);
      expect(primes).toBe('23000');
      expect(opened.errors).toEqual([]);
    });

    test('pauses, resumes and stops a guest that computes without end', async () => {
      await using opened = await open(headers);
      const states = await opened.page.evaluate(async () => {
        const spin = new Uint8Array(512);
        spin.set([0xeb, 0xfe]);
        spin.set([0x55, 0xaa], 510);
        const image = new Blob([spin, new Uint8Array(511 * 512)]);
        const machine = await rawiron.Machine.create({ memory: 4, drives: [{ image }] });
        await machine.start();
        await new Promise((resolve) => setTimeout(resolve, 1000));
        await machine.pause();
        const paused = machine.state;
        await machine.resume();
        const running = machine.state;
        await machine.stop();
        return [paused, running, machine.state, (await machine.exited).reason];
      });
      expect(states).toEqual(['paused', 'running', 'ended', 'stopped']);
    });

    test('boots a disk given as a Blob, and shows the same picture as Node', async () => {
      const image = diskWith(programs['mode-13h']);
      await using opened = await open(headers, { '/disk.img': image });
      const there = await opened.page.evaluate(async () => {
        const image = await (await fetch('disk.img')).blob();
        const drives = [{ image, format: 'raw' }] as const;
        const machine = await rawiron.Machine.create({ memory: 16, drives, debugConsole: { iobase: 0xe9 } });
        await machine.start();
        await machine.debugConsole.expect('!');
        const { width, height, data } = await machine.screen.image();
        await machine.stop();
        return { width, height, data: [...data] };
      });
      const { width, height, data } = await pictureOf(image);
      expect(there).toEqual({ width, height, data: [...data] });
    });
  },
);

/** What the screen shows in Node when the disk's program is finished. */
async function pictureOf(image: Uint8Array): ReturnType<Machine['screen']['image']> {
  const drives = [{ image, format: 'raw' }] as const;
  await using machine = await Machine.create({ memory: 16, drives, debugConsole: { iobase: 0xe9 } });
  await machine.start();
  await machine.debugConsole.expect('!');
  return await machine.screen.image();
}
