import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import type { DebianLinux } from '../../src/node/linux/debian.ts';
import { findLinux9p, MOUNT, TIMEOUT } from '../support/linux-9p.ts';
import { noBrowser } from '../support/web/browser.ts';
import { useLibrary } from '../support/web/library.ts';
import { isolation } from '../support/web/server.ts';

/** The library as a page has it; the functions that tests give to it are made of their text there. */
declare const rawiron: typeof import('../../src/index.ts');

const linux = await findLinux9p();
const reason = typeof linux === 'string' ? ` (${linux})` : noBrowser;

/** The files of the system, as the page's server has them. */
async function served(): Promise<Readonly<Record<string, Uint8Array>>> {
  const { kernel, initrd } = linux as DebianLinux;
  return { '/vmlinuz': typeof kernel === 'string' ? await readFile(kernel) : kernel, '/initrd': initrd() };
}

describe.skipIf(reason !== '')(`a page's folder in memory${reason}`, () => {
  const open = useLibrary();

  test.each([
    ['worker', isolation],
    ['caller', {}],
  ] as const)(
    'Linux and the page exchange files, in the thread of the %s',
    { timeout: TIMEOUT },
    async (isolate, headers) => {
      await using opened = await open(headers, await served());
      const told = await opened.page.evaluate(
        async ({ isolate, mount }) => {
          const input = new Blob([new Uint8Array(3 << 20).fill(0x61)]);
          const tool = { content: '#!/bin/sh\ntr a b < /mnt/in/data > /mnt/out\n', executable: true };
          const machine = await rawiron.Machine.create({
            boot: { kernel: 'vmlinuz', initrd: 'initrd', append: 'console=ttyS0 cryptomgr.notests' },
            shares: [{ tag: 'host', files: { 'bin/tool': tool } }],
            isolate,
          });
          const files = machine.shares.get('host')!;
          await files.writeFile('in/data', input);
          await machine.start();
          await machine.serial.expect(/~ # /, { timeout: 500_000 });
          machine.serial.write(`mkdir /mnt; ${mount} host /mnt && /mnt/bin/tool && echo "do""ne"\n`);
          await machine.serial.expect(/done/, { timeout: 60_000 });
          const bytes = await files.readFile('out');
          const names = (await files.list()).map(({ name, kind, size }) => `${name} ${kind} ${size}`);
          const copy = await rawiron.Machine.restore(await machine.snapshot(), { isolate });
          await copy.start();
          copy.serial.write('tr b c < /mnt/out > /mnt/third; echo "co""pied"\n');
          await copy.serial.expect(/copied/, { timeout: 60_000 });
          const copied = (await copy.shares.get('host')!.readFile('third')).every((byte) => byte === 0x63);
          await copy.stop();
          await machine.stop();
          const after = await files.readFile('out');
          const missing = await files.readFile('nothing').catch((error: { code: string }) => error.code);
          return {
            ...{ names, copied, missing, after: after.length },
            contents: [bytes.length, bytes.every((byte) => byte === 0x62)],
          };
        },
        { isolate, mount: MOUNT },
      );
      expect(told.names).toEqual(['bin directory 0', 'in directory 0', `out file ${3 << 20}`]);
      expect(told.contents).toEqual([3 << 20, true]);
      expect(told.copied).toBe(true);
      expect([told.after, told.missing]).toEqual([3 << 20, 'ENOENT']);
      expect(opened.errors).toEqual([]);
    },
  );
});
