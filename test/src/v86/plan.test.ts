import { expect, test } from 'vitest';
import { type Machine, openServerFolder } from '../../../src/index.ts';
import { BusNetwork } from '../../../src/v86/network.ts';
import { imageNames, optionTable } from '../../../src/v86/option-table.ts';
import { planMachine } from '../../../src/v86/plan.ts';
import type { V86Options } from '../../../src/v86/types.ts';
import { FolderServer, indexOf } from '../../support/folder-server.ts';

const none = (): Promise<Machine> => Promise.reject(new Error('no machine is made here'));
const host = {
  ...{ create: none, restore: none, openNetwork: () => Promise.reject(new Error('no network')), openServerFolder },
  ...{ isFile: () => true, readFile: async (path: string) => new TextEncoder().encode(path), openPage: () => null },
};
const network = new BusNetwork({ sent() {}, received() {} });
const planOf = (options: V86Options) => planMachine(options, network, host, { progress() {}, failed() {} });

test('what a machine has where nothing is said', async () => {
  expect(await planOf({})).toEqual({
    options: {
      ...{ memory: 64, acpi: false, vga: 'std', shutdown: 'pause', bootOrder: { order: 'dca', menu: false } },
      network: [{ card: 'ne2k_pci', mac: expect.stringMatching(/^52:54:00(:[0-9a-f]{2}){3}$/), backend: network }],
      drives: [
        { interface: 'ide', index: 2, media: 'cdrom' },
        { interface: 'floppy', index: 0 },
        { interface: 'floppy', index: 1 },
      ],
    },
  });
});

test('what it has where all is said', async () => {
  const bytes = new ArrayBuffer(512);
  const plan = await planOf({
    ...{ memory_size: 32 << 20, acpi: true, disable_jit: true, cpuid_level: 2, bootmenu: true, boot_order: 0x132 },
    ...{
      bios: { url: 'bios' },
      vga_bios: { url: 'vga' },
      hda: { url: 'a' },
      hdb: { buffer: bytes },
      fdb: { url: 'b' },
    },
    ...{ cdrom: { url: 'c' }, bzimage: { url: 'k' }, initrd: { url: 'i' }, cmdline: 'quiet', virtio_balloon: true },
    ...{ virtio_console: true, net_device: { type: 'virtio' }, filesystem: {} },
  });
  const text = (name: string) => new TextEncoder().encode(name);
  expect(plan).toMatchObject({
    options: {
      ...{ memory: 32, acpi: true, engine: 'interpreter', cpu: 'pentium3', balloon: true },
      ...{ bootOrder: { order: 'cda', menu: true }, videoBios: text('vga'), virtioPorts: [{ console: true }] },
      boot: { kernel: text('k'), initrd: text('i'), append: 'quiet', bios: text('bios') },
      shares: [{ tag: 'host9p', files: {} }],
      network: [{ card: 'virtio-net-pci' }],
      drives: [
        { interface: 'ide', index: 2, media: 'cdrom', image: 'c' },
        { interface: 'ide', index: 0, image: 'a', snapshot: true },
        { interface: 'ide', index: 1, image: bytes },
        { interface: 'floppy', index: 1, image: text('b') },
        { interface: 'floppy', index: 0 },
      ],
    },
  });
});

test('a state takes drives, the card and a folder of a server along, and nothing else', async () => {
  const filesystem = { basefs: 'index.json', baseurl: 'contents' };
  const plan = await planOf({ initial_state: { url: 's' }, hda: { url: 'a' }, memory_size: 1 << 20, filesystem });
  expect(plan).toEqual({
    state: new TextEncoder().encode('s'),
    changes: {
      drives: [{ interface: 'ide', index: 0, image: 'a', snapshot: true }],
      network: [expect.objectContaining({ backend: network })],
      shares: [{ tag: 'host9p', server: { index: 'index.json', contents: 'contents' } }],
    },
  });
});

test('kernel and initial RAM disk are found in the folder', async () => {
  const files = [
    ['vmlinuz', 3, 'new'],
    ['vmlinuz.old', 3, 'old'],
    ['initramfs-fallback.img', 3, 'old'],
    ['notes', 3, 'old'],
  ] as const;
  await using server = await FolderServer.start({ 'index.json': indexOf(files), 'f/new': 'new', 'f/old': 'old' });
  const filesystem = { basefs: { url: server.address('index.json') }, baseurl: server.address('f') };
  const plan = await planOf({ filesystem, bzimage_initrd_from_filesystem: true, cmdline: 'rw' });
  const text = (name: string) => new TextEncoder().encode(name);
  expect(plan).toMatchObject({ options: { boot: { kernel: text('new'), initrd: text('old'), append: 'rw' } } });
  server.files.set('index.json', indexOf([['notes', 3, 'old']]));
  await expect(planOf({ filesystem, bzimage_initrd_from_filesystem: true })).rejects.toThrow(
    /bzimage_initrd_from_filesystem: there is no kernel in \/ and \/boot/,
  );
});

test('each image of the table has its place in the order of loading', () => {
  const images = Object.entries(optionTable).filter(([, { kind }]) => kind === 'image');
  expect(images.map(([name]) => name).sort()).toEqual([...imageNames].sort());
});
