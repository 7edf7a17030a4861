import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { AptClient, unpack } from '../../src/node/assets/apt.ts';
import { cachedAssets } from '../../src/node/assets/cache.ts';
import type { ArchiveEntry } from '../../src/node/cpio.ts';

/** Folders of the kernel's package with drivers that tests load, and what these need. */
const folders = [
  'drivers/ata',
  'drivers/scsi',
  'drivers/cdrom',
  'drivers/block',
  'drivers/nvme/host',
  'drivers/nvme/common',
  'drivers/char',
  'drivers/input',
  'drivers/input/mouse',
  'drivers/firmware',
  'drivers/parport',
  'drivers/base/regmap',
  'drivers/i2c',
  'drivers/i2c/busses',
  'drivers/misc/eeprom',
  'block',
  'fs/isofs',
  'fs/ext4',
  'fs/jbd2',
  'fs/9p',
  'fs/netfs',
  'fs/fscache',
  'net/9p',
  'drivers/gpu/drm',
  'drivers/gpu/drm/tiny',
  'drivers/gpu/drm/ttm',
  'drivers/video/fbdev/core',
  'drivers/net',
  'drivers/net/ethernet/8390',
  'drivers/net/ethernet/amd',
  'drivers/net/ethernet/intel/e1000',
  'drivers/net/ethernet/realtek',
  'net/packet',
  'net/core',
  'drivers/virtio',
  'drivers/char/hw_random',
  'sound',
  'sound/core',
  'sound/core/oss',
  'sound/core/seq',
  'sound/drivers/mpu401',
  'sound/drivers/opl3',
  'sound/isa/sb',
  'sound/pci',
  'sound/pci/ac97',
  'drivers/usb/common',
  'drivers/usb/core',
  'drivers/usb/host',
  'drivers/usb/storage',
  'drivers/hid',
  'drivers/hid/usbhid',
];
const helpers = ['fs', 'lib', 'crypto', 'arch/x86/crypto'];
/** Drivers of buses that no machine here has. */
const isWanted = (name: string): boolean =>
  !/^(ahci_|sata_|pata_[^a]|mpt|megaraid|qla|lpfc|aic|fcoe|bnx2|hpsa|drbd|rbd|zram)/.test(name);

/** The modules of Debian's kernel of this release, as files by name; throws where the host's apt client cannot get them. */
async function modulesOf(release: string): Promise<Readonly<Record<string, Uint8Array>>> {
  return await cachedAssets(`linux-modules-controllers-and-cards-${release}`, async (work) => {
    const apt = await AptClient.create(work);
    // Where some lists are missing the others may do.
    await apt.update(() => {}).catch(() => undefined);
    const file = await apt.download(`linux-image-${release}`, () => {});
    const root = `./lib/modules/${release}/kernel`;
    const tree = join(work, 'packages');
    await unpack(file, [`${root}/*`], tree);
    const found = [...folders, ...helpers].map((folder) => join(tree, root, folder));
    const paths = (await Promise.all(found.map(modulesIn))).flat();
    const files = paths.map(async (path) => [basename(path, '.ko'), await readFile(path)] as const);
    return Object.fromEntries(await Promise.all(files));
  });
}

async function modulesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => name.endsWith('.ko') && isWanted(name)).map((name) => join(folder, name));
}

/** Names of modules that a module needs: its information has "depends=a,b". */
function needsOf(module: Uint8Array): string[] {
  const text = Buffer.from(module).toString('latin1');
  const names = /\0depends=([^\0]*)\0/.exec(text)?.[1] ?? '';
  return names === '' ? [] : names.split(',');
}

/**
 * Entries of a root file system with these modules and those that they need, and a script `/etc/start` that loads them
 * before there is a shell.
 */
export async function linuxModules(release: string, ...names: readonly string[]): Promise<ArchiveEntry[]> {
  const modules = await modulesOf(release);
  const ordered = new Set<string>();
  const add = (name: string): void => {
    const file = name.replaceAll('-', '_') in modules ? name.replaceAll('-', '_') : name;
    const module = modules[file] ?? modules[name.replaceAll('_', '-')];
    // What is missing may be part of the kernel itself.
    if (module === undefined) return;
    for (const needed of needsOf(module)) add(needed);
    ordered.add(module === modules[file] ? file : name.replaceAll('_', '-'));
  };
  for (const name of names) add(name);
  const loads = [...ordered].map((name) => `insmod /modules/${name}.ko`);
  return [
    ...[...ordered].map((name) => ({ type: 'file', path: `modules/${name}.ko`, data: modules[name]! }) as const),
    { type: 'file', path: 'etc/start', mode: 0o755, data: ['#!/bin/sh', ...loads, ''].join('\n') },
  ];
}
