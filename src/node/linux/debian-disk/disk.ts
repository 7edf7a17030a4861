import { createHash } from 'node:crypto';
import { chmod, mkdir, open, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { cacheDirectory, cachedAssets } from '../../assets/cache.ts';
import type { Progress } from '../../assets/progress.ts';
import { run } from '../../process.ts';
import { busyboxEntries } from '../busybox.ts';
import type { ArchiveEntry } from '../cpio.ts';
import type { DebianLinux } from '../debian.ts';
import { initramfs, joinInitrds } from '../initramfs.ts';
import { moduleInitrd } from '../module-initrd.ts';
import { downloadSystem, filesOf, type SystemPackage, unpackPackage } from './packages.ts';
import { BLOCK, firstStage, systemFiles } from './scripts.ts';
import type { MakingSettings } from './settings.ts';

/** What a guest is booted with that makes a Debian on its first virtio disk. */
export interface MakingGuest {
  readonly kernel: Uint8Array;
  readonly initrd: Uint8Array;
  readonly append: string;
  /** The image of its second virtio disk. */
  readonly archives: string;
  /** How many archives it unpacks, and how many packages it configures. */
  readonly archiveCount: number;
  readonly packageCount: number;
}

const SECTOR = 512;
/** The first sector of the partition. */
const PARTITION = 2048;
const LINUX = 0x83;
const BOOTABLE = 0x80;

/** Programs that make the file system, and the libraries that they are linked with. */
const mkfs = [
  'sbin/mke2fs',
  'etc/mke2fs.conf',
  ...[
    'ld-linux.so.2',
    'libc.so.6',
    'libext2fs.so.2',
    'libcom_err.so.2',
    'libe2p.so.2',
    'libblkid.so.1',
    'libuuid.so.1',
  ].flatMap((name) => [`lib/i386-linux-gnu/${name}`, `usr/lib/i386-linux-gnu/${name}`]),
];

/** Gets and unpacks the packages, and makes in `work` what the guest is given. */
export async function prepareMaking(
  linux: DebianLinux,
  work: string,
  settings: MakingSettings,
  progress: Progress,
): Promise<MakingGuest> {
  const packages = await unpackedPackages(work, settings, progress);
  const files = await filesOf(
    packages,
    [...mkfs, 'usr/lib/syslinux/mbr/mbr.bin', 'usr/lib/os-release'],
    join(work, 'few'),
  );
  const release = settings.release ?? codename(files['os-release']);
  progress('Writing what the guest unpacks');
  const parts = [
    await skeleton(join(work, 'skeleton')),
    ...packages.map(({ archive }) => archive),
    await configuration(join(work, 'configuration'), packages, { ...settings, release }),
  ];
  const archives = join(work, 'archives.img');
  const table = await concatenate(parts, archives);
  const modules = await moduleInitrd(linux.modules, ['virtio_pci', 'virtio_blk', 'ext4']);
  const start = diskStart(files['mbr.bin'], settings.size);
  return {
    kernel: linux.kernel,
    initrd: joinInitrds(firstRoot(linux.busybox, files, start, table), modules),
    append: 'console=ttyS0 quiet cryptomgr.notests',
    archives,
    archiveCount: parts.length,
    packageCount: packages.length,
  };
}

/** They are downloaded once and kept. */
async function unpackedPackages(
  work: string,
  { packages, release }: MakingSettings,
  progress: Progress,
): Promise<SystemPackage[]> {
  const key = createHash('sha256')
    .update(JSON.stringify([packages, release]))
    .digest('hex')
    .slice(0, 16);
  const set = `debian-packages-${key}`;
  const files = await cachedAssets(set, async (folder) => {
    const paths = await downloadSystem(folder, packages, progress, release);
    const read = async (path: string) => [basename(path), await readFile(path)] as const;
    return Object.fromEntries(await Promise.all(paths.map(read)));
  });
  const names = Object.keys(files).sort();
  const unpacked: SystemPackage[] = [];
  for (const [n, name] of names.entries()) {
    progress('Unpacking packages', (n / names.length) * 100);
    unpacked.push(await unpackPackage(join(cacheDirectory(), set, name), join(work, 'packages', String(n))));
  }
  return unpacked;
}

/** Debian's name of a release (os-release(5)). */
function codename(file: Uint8Array): string {
  const name = /^VERSION_CODENAME=(\w+)$/m.exec(Buffer.from(file).toString())?.[1];
  if (name === undefined) throw new Error('the packages do not say which release of Debian they are of');
  return name;
}

/** What is there before any package: folders of programs and libraries are all in `/usr`. */
async function skeleton(folder: string): Promise<string> {
  for (const name of ['bin', 'sbin', 'lib']) {
    await mkdir(join(folder, 'usr', name), { recursive: true });
    await symlink(`usr/${name}`, join(folder, name));
  }
  return await archiveOf(folder);
}

/** What packages leave to those who unpack them: the list of what is unpacked, and the configuration of the system. */
async function configuration(
  folder: string,
  packages: readonly SystemPackage[],
  settings: MakingSettings & { release: string },
): Promise<string> {
  const dpkg = 'var/lib/dpkg';
  const files: Record<string, Uint8Array | string> = {
    ...systemFiles(settings),
    [`${dpkg}/status`]: packages.map(({ status }) => status).join(''),
    [`${dpkg}/available`]: '',
    [`${dpkg}/info/format`]: '1\n',
  };
  for (const { info } of packages)
    for (const [name, bytes] of Object.entries(info)) files[`${dpkg}/info/${name}`] = bytes;
  for (const [path, contents] of Object.entries(files)) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, contents);
    if (isProgram(path)) await chmod(file, 0o755);
  }
  await mkdir(join(folder, 'host'));
  await mkdir(join(folder, dpkg, 'updates'));
  if (settings.keys !== undefined) {
    await chmod(join(folder, 'root/.ssh'), 0o700);
    await chmod(join(folder, 'root/.ssh/authorized_keys'), 0o600);
    await chmod(join(folder, 'root'), 0o700);
  }
  return await archiveOf(folder);
}

const isProgram = (path: string): boolean =>
  /\.(preinst|postinst|prerm|postrm|config)$/.test(path) || path.startsWith('usr/sbin/');

async function archiveOf(folder: string): Promise<string> {
  const archive = `${folder}.tar`;
  const owner = ['--owner=0', '--group=0', '--numeric-owner'];
  await run('tar', ['-c', ...owner, '-f', archive, '-C', folder, '.']);
  return archive;
}

/** One after the other, each at a multiple of a block: a line for each with its first block and how many it has. */
async function concatenate(parts: readonly string[], file: string): Promise<string> {
  await using target = await open(file, 'w');
  let lines = '';
  let block = 0;
  for (const part of parts) {
    const blocks = Math.ceil((await stat(part)).size / BLOCK);
    await target.write(await readFile(part), 0, undefined, block * BLOCK);
    lines += `${block} ${blocks}\n`;
    block += blocks;
  }
  await target.truncate(block * BLOCK);
  return lines;
}

/** The first sector: a boot loader and the table with one partition, which is the rest of the disk. */
function diskStart(code: Uint8Array, size: number): Uint8Array {
  const sector = Buffer.alloc(SECTOR);
  sector.set(code.subarray(0, 440));
  // Cylinders, heads and sectors are those of what is past their reach.
  const entry = [BOOTABLE, 0xfe, 0xff, 0xff, LINUX, 0xfe, 0xff, 0xff];
  sector.set(entry, 446);
  sector.writeUInt32LE(PARTITION, 454);
  sector.writeUInt32LE(Math.floor(size / SECTOR) - PARTITION, 458);
  sector.writeUInt16LE(0xaa55, 510);
  return sector;
}

function firstRoot(
  busybox: Uint8Array,
  files: Readonly<Record<string, Uint8Array>>,
  start: Uint8Array,
  table: string,
): Uint8Array {
  const folders = ['proc', 'sys', 'dev'].map((path): ArchiveEntry => ({ type: 'directory', path }));
  const programs = Object.entries(files)
    .filter(([name]) => name.includes('.so.') || name === 'mke2fs')
    .map(([name, data]): ArchiveEntry => ({ type: 'file', path: `e2fs/${name}`, mode: 0o755, data }));
  return initramfs([
    ...busyboxEntries(busybox),
    ...folders,
    ...programs,
    { type: 'character-device', path: 'dev/console', major: 5, minor: 1 },
    { type: 'file', path: 'etc/mke2fs.conf', data: files['mke2fs.conf'] },
    { type: 'file', path: 'disk-start', data: start },
    { type: 'file', path: 'archives', data: table },
    { type: 'file', path: 'init', mode: 0o755, data: firstStage },
  ]);
}
