import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { diskWith } from '../../scripts/gallery/disk.ts';
import { programs } from '../../scripts/gallery/programs.ts';
import { Machine } from '../../src/index.ts';
import { noBrowser } from '../support/web/browser.ts';
import { root } from '../support/web/build.ts';
import { PAGE, useLibrary, ways } from '../support/web/library.ts';
import { isolation } from '../support/web/server.ts';
import { controlSpinning, goOnFromSnapshot, pictureOfDisk, runDemo } from './acts.ts';
import { pictureOf } from './picture.ts';

/** The library as a page has it; the functions that tests give to it are made of their text there. */
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
      const primes = await opened.page.evaluate(runDemo, isolate);
      expect(primes).toBe('23000');
      expect(opened.errors).toEqual([]);
    });

    test('pauses, resumes and stops a guest that computes without end', async () => {
      await using opened = await open(headers);
      expect(await opened.page.evaluate(controlSpinning)).toBe('paused,running,ended,stopped');
    });

    test('boots a disk given as a Blob, and shows the same picture as Node', async () => {
      const image = diskWith(programs['mode-13h']);
      await using opened = await open(headers, { '/disk.img': image });
      const there = JSON.parse(await opened.page.evaluate(pictureOfDisk));
      const { width, height, data } = await pictureOf(image);
      expect(there).toEqual({ width, height, digest: createHash('sha256').update(data).digest('hex') });
    });
  },
);

describe.skipIf(noBrowser !== '')(`in Chromium, a machine${noBrowser}`, () => {
  const open = useLibrary();

  test('reads a compressed qcow2 image', async () => {
    await using opened = await open(isolation, { '/disk.qcow2': await compressed(diskWith(programs.text!)) });
    const told = await opened.page.evaluate(async () => {
      const image = await (await fetch('disk.qcow2')).blob();
      const drives = [{ image, format: 'qcow2' }] as const;
      const machine = await rawiron.Machine.create({ memory: 16, drives, debugConsole: { iobase: 0xe9 } });
      await machine.start();
      const [text] = await machine.debugConsole.expect('!', { timeout: 120_000 });
      await machine.stop();
      return text;
    });
    expect(told).toBe('!');
    expect(opened.errors).toEqual([]);
  });

  test('goes on from a snapshot', async () => {
    await using opened = await open(isolation);
    expect(await opened.page.evaluate(goOnFromSnapshot)).toBe('23000');
  });

  test('goes on from a snapshot that Node has made for pages', async () => {
    await using machine = await Machine.create({ memory: 16, boot: { demo: true } });
    await machine.start();
    await machine.serial.expect(/demo> $/);
    const snapshot = await machine.snapshot({ compression: 'deflate' });
    await using opened = await open(isolation, { '/machine.snapshot': snapshot });
    const answer = await opened.page.evaluate(async () => {
      const bytes = new Uint8Array(await (await fetch('machine.snapshot')).arrayBuffer());
      const machine = await rawiron.Machine.restore(bytes);
      await machine.start();
      machine.serial.write('bench 5\r');
      const [, primes] = await machine.serial.expect(/with (\d+) primes/, { timeout: 120_000 });
      await machine.stop();
      return primes;
    });
    expect(answer).toBe('23000');
  });
});

/** The image as `rawiron image convert -c -O qcow2` makes it. */
async function compressed(image: Uint8Array): Promise<Uint8Array> {
  const folder = mkdtempSync(join(tmpdir(), 'compressed-'));
  const [source, target] = [join(folder, 'disk.img'), join(folder, 'disk.qcow2')];
  writeFileSync(source, image);
  const program = join(root, 'bin/rawiron.cjs');
  await promisify(execFile)(process.execPath, [program, 'image', 'convert', '-c', '-O', 'qcow2', source, target]);
  const bytes = readFileSync(target);
  rmSync(folder, { recursive: true });
  return new Uint8Array(bytes);
}

describe.skipIf(noBrowser !== '')(
  `in Chromium, a page ${noBrowser}that is isolated, but has no SharedArrayBuffer`,
  () => {
    const open = useLibrary();

    test('runs the demo without shared memory', async () => {
      const page = `<script>delete globalThis.SharedArrayBuffer</script>${PAGE}`;
      await using opened = await open(isolation, { '/index.html': new TextEncoder().encode(page) });
      const result = await opened.page.evaluate(async () => {
        const machine = await rawiron.Machine.create({ memory: 16, boot: { demo: true } });
        await machine.start();
        await machine.serial.expect(/demo> $/);
        machine.serial.write('bench 5\r');
        const [, primes] = await machine.serial.expect(/with (\d+) primes/, { timeout: 60_000 });
        await machine.stop();
        return [crossOriginIsolated, primes];
      });
      expect(result).toEqual([true, '23000']);
      expect(opened.errors).toEqual([]);
    });
  },
);
