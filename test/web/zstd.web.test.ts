import zlib from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { Machine } from '../../src/index.ts';
import { indexOf } from '../support/folder-server.ts';
import { noBrowser } from '../support/web/browser.ts';
import { useLibrary } from '../support/web/library.ts';

/** The library as a page has it; the functions that tests give to it are made of their text there. */
declare const rawiron: typeof import('../../src/index.ts');

/** A snapshot made in Node of a machine that waits at its prompt: compressed by zstd. */
async function savedInNode(): Promise<Uint8Array> {
  await using machine = await Machine.create({ memory: 8, boot: { demo: true } });
  await machine.start();
  await machine.serial.expect(/demo> $/);
  return await machine.snapshot();
}

describe.skipIf(noBrowser !== '')(`what is compressed by zstd${noBrowser}`, () => {
  const open = useLibrary();

  test('a state that Node has saved goes on in a page', { timeout: 60_000 }, async () => {
    await using opened = await open({}, { '/state': await savedInNode() });
    const told = await opened.page.evaluate(async () => {
      const machine = await rawiron.Machine.restore(await (await fetch('state')).blob());
      await machine.start();
      machine.serial.write('help\r');
      const [text] = await machine.serial.expect(/bench[\s\S]*demo> $/, { timeout: 30_000 });
      await machine.stop();
      return text;
    });
    expect(told).toContain('bench');
  });

  test('a folder of the server has files, compressed or not', { timeout: 60_000 }, async () => {
    const text = 'text '.repeat(10_000);
    const files = {
      '/fs.json': new TextEncoder().encode(
        indexOf([
          ['plain', 5, 'a.bin'],
          ['packed', text.length, 'b.bin.zst'],
          ['missing', 5, 'c.bin'],
        ]),
      ),
      '/flat/a.bin': new TextEncoder().encode('plain'),
      '/flat/b.bin.zst': zlib.zstdCompressSync(text),
    };
    await using opened = await open({}, files);
    const told = await opened.page.evaluate(async () => {
      const shares = [{ tag: 'host9p', server: { index: 'fs.json', contents: 'flat/' } }];
      const machine = await rawiron.Machine.create({ memory: 4, boot: { demo: true }, shares });
      const folder = machine.shares.get('host9p')!;
      const read = async (name: string) => new TextDecoder().decode(await folder.readFile(name));
      const told = { plain: await read('plain'), packed: await read('packed') };
      const missing = await read('missing').catch((error: Error) => error.message);
      await machine.stop();
      return { ...told, missing };
    });
    expect(told).toEqual({ plain: 'plain', packed: text, missing: expect.stringContaining('404') });
  });
});
