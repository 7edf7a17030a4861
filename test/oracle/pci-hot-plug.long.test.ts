import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { haltingRom, shownByOurs, shownByQemu } from './monitor/run.ts';
import { qemuVersion } from './qemu-guest.ts';

const TIMEOUT = 120_000;
/** Those of the chip, then the events; widths and places that no register has. */
const registers = ['ae00', 'ae04', 'ae08', 'ae0c', 'ae10', 'ae14', 'ae01', 'ae18', 'afe0'].map(
  (port) => `i/w 0x${port}`,
);
const narrow = ['i/b 0xae0c', 'i/h 0xae0c', 'i/b 0xafe0', 'i/b 0xafe1', 'i/b 0xafe2', 'i/b 0xafe3', 'i/h 0xafe0'];
const all = [...registers, ...narrow];

const lines = [
  ...all,
  ...['device_add virtio-rng-pci,id=r', 'device_add e1000,id=c', 'device_add pcnet,addr=1f,id=p', ...all, ...all],
  // The event is enabled, and told; what was told is cleared.
  ...['o/b 0xafe2 2', ...all, 'o/b 0xafe0 2', ...all, 'o/h 0xafe2 0xffff', ...all],
  ...['device_add e1000,id=c', 'device_add rtl8139,addr=4', 'device_add rtl8139,frob=1', 'device_del nix', 'VGA'],
  ...[
    'device_add VGA',
    'device_add rtl8139,bus=pci.7',
    'device_add rtl8139,addr=40',
    'device_add nvme,serial=x,drive=nix',
  ],
  ...['device_del c', ...all, 'device_del p', ...all, 'o/w 0xae08 0x80000018', ...all, 'o/b 0xae08 0x80', ...all],
  ...['o/w 0xae10 1', ...all, 'o/w 0xae08 8', ...all, 'o/w 0xae10 0x100', ...all, 'o/w 0xae10 0', ...all],
  ...['device_add e1000,netdev=n0,id=n', 'device_add pcnet,netdev=n0', 'device_add pcnet,netdev=nix', ...all],
  ...['netdev_add user', 'netdev_del nix', 'netdev_add user,id=n2', 'netdev_del n2', 'netdev_del n2'],
  ...['device_add ne2k_pci,id=c', 'device_del c', 'system_reset', ...all],
];

describe.skipIf(!qemuVersion()?.startsWith('7.2'))("slots are as those of QEMU's PC", { timeout: TIMEOUT }, () => {
  let folder: string;
  let bios: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'pci-slots-'));
    bios = join(folder, 'rom');
    writeFileSync(bios, haltingRom());
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('by the same commands of the monitor', async () => {
    const network = ['-netdev', 'user,id=n0'];
    const [ours, theirs] = await Promise.all([
      shownByOurs(bios, lines, ['-nodefaults', '-vga', 'std', ...network]),
      shownByQemu(bios, lines, network),
    ]);
    // What to do is said here only.
    expect(ours.map((text) => text.replace(/; (give|name it) .*/, ''))).toEqual(theirs);
  });
});
