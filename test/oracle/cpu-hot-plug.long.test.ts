import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { haltingRom, shownByOurs, shownByQemu } from './monitor/run.ts';
import { qemuVersion } from './qemu-guest.ts';

const TIMEOUT = 120_000;
const places = ['-smp', '2,maxcpus=8,sockets=2,cores=2,threads=2', '-cpu', 'qemu32'];
/** Selector, flags, command and data in all widths, ports after them, and the events. */
const all = [
  ...['i/w 0xaf00', 'i/b 0xaf00', 'i/b 0xaf01', 'i/h 0xaf00', 'i/b 0xaf04', 'i/h 0xaf04', 'i/w 0xaf04', 'i/b 0xaf05'],
  ...['i/w 0xaf08', 'i/b 0xaf08', 'i/b 0xaf09', 'i/w 0xaf0c', 'i/b 0xaf1f', 'i/b 0xaf20', 'i/b 0xafe0', 'i/b 0xafe2'],
];
const add = (socket: number, core: number, thread: number, id = `c${4 * socket + 2 * core + thread}`) =>
  `device_add qemu32-i386-cpu,socket-id=${socket},core-id=${core},thread-id=${thread},id=${id}`;
const select = (processor: number) => `o/w 0xaf00 ${processor}`;

const lines = [
  ...['info hotpluggable-cpus', ...all, 'o/b 0xaf00 1', 'o/b 0xaf04 0', ...all],
  // In the bitmap.
  ...[add(1, 1, 1), ...all],
  ...['o/b 0xaf00 0', ...all],
  ...[add(0, 1, 0), add(1, 0, 0), 'info hotpluggable-cpus', ...all],
  ...['o/b 0xaf05 0', ...all, 'o/b 0xaf04 2', ...all, 'o/b 0xaf05 0', ...all, select(5), 'o/b 0xaf05 0', ...all],
  ...['o/b 0xaf05 3', ...all, select(8), ...all, 'o/b 0xaf05 0', select(7), ...all, 'o/b 0xaf05 4', ...all],
  // The system lets go of one; not of the first one, nor of one that is not there.
  ...['device_del c2', select(2), ...all, 'device_del c2', 'o/b 0xaf04 8', ...all, 'info hotpluggable-cpus'],
  ...[select(0), 'o/b 0xaf04 8', ...all, select(6), 'o/b 0xaf04 8', ...all, 'o/b 0xaf04 0x10', ...all],
  ...[
    select(4),
    'o/b 0xaf04 0x10',
    ...all,
    'o/b 0xaf04 0x1e',
    ...all,
    'o/b 0xaf04 0x14',
    ...all,
    'o/b 0xaf04 0x10',
    ...all,
  ],
  ...['o/b 0xaf05 1', 'o/w 0xaf08 0x103', ...all, 'o/b 0xaf05 2', 'o/w 0xaf08 1', ...all],
  // What cannot be.
  ...[add(0, 0, 0, 'x'), add(1, 0, 0, 'x'), add(2, 0, 0), add(0, 2, 0), add(0, 0, 2), add(0, 1, 1, 'c4')],
  ...[
    'device_add qemu32-i386-cpu',
    'device_add qemu32-i386-cpu,socket-id=0',
    'device_add pentium3-i386-cpu,socket-id=0',
  ],
  ...['device_add qemu32-i386-cpu,socket-id=0,core-id=1', 'device_add nix-i386-cpu,socket-id=0', 'device_del c2'],
  ...[
    'device_add qemu32-i386-cpu,socket-id=0,core-id=1,thread-id=0,frob=1',
    'device_del /machine/unattached/device[0]',
  ],
  ...['device_del /machine/unattached/device[2]', select(1), ...all, 'o/b 0xaf04 8', ...all, 'info hotpluggable-cpus'],
  ...[add(0, 0, 1), 'info hotpluggable-cpus', 'system_reset', ...all],
];

describe.skipIf(!qemuVersion()?.startsWith('7.2'))(
  "processors come and go as at QEMU's PC",
  { timeout: TIMEOUT },
  () => {
    let folder: string;
    let bios: string;
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'cpu-places-'));
      bios = join(folder, 'rom');
      writeFileSync(bios, haltingRom());
    });
    afterAll(() => rmSync(folder, { recursive: true }));

    test('by the same commands of the monitor', async () => {
      const [ours, theirs] = await Promise.all([
        shownByOurs(bios, lines, ['-nodefaults', '-vga', 'std', ...places]),
        shownByQemu(bios, lines, places),
      ]);
      // What to do is said here only.
      const shown = ours.map((text) => text.replace(/; (give|name it) .*/, ''));
      for (const [n, line] of lines.entries())
        expect
          .soft(shown[n], `${lines.slice(0, n).findLast((one) => !one.startsWith('i/'))}, then ${line}`)
          .toBe(theirs[n]);
    });
  },
);
