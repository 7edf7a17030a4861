import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import type { Progress } from '../../../util/progress.ts';
import { cacheDirectory } from '../../assets/cache.ts';
import { busyboxEntries } from '../busybox.ts';
import type { ArchiveEntry, DirectoryEntry, FileEntry, SymlinkEntry } from '../cpio.ts';
import type { DebianLinux } from '../debian.ts';
import { initramfs, joinInitrds } from '../initramfs.ts';
import { moduleInitrd } from '../module-initrd.ts';
import { ArchiveImage } from './archives.ts';
import {
  archivesOf,
  basePackages,
  FileCatcher,
  morePackages,
  type UnpackedPackage,
  unpackPackage,
} from './packages.ts';
import { firstStage, HOST_KEY, LABEL, PACKAGES, systemFiles } from './scripts.ts';
import type { MakingSettings } from './settings.ts';
import { packTar } from './tar-writer.ts';

/** A guest that makes a Debian on its first virtio disk. */
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

/** Where the ext4 file system has its label (the kernel's ext4 documentation, "Super Block"). */
const LABEL_AT = PARTITION * SECTOR + 1024 + 0x78;
const LABEL_SIZE = 16;

const MKE2FS = '/sbin/mke2fs';
const MKE2FS_CONFIGURATION = '/etc/mke2fs.conf';
const BOOT_SECTOR = '/usr/lib/syslinux/mbr/mbr.bin';
const OS_RELEASE = '/usr/lib/os-release';

/** Libraries that mke2fs is linked with. Packages have them in either folder. */
const libraries = [
  'ld-linux.so.2',
  'libc.so.6',
  'libext2fs.so.2',
  'libcom_err.so.2',
  'libe2p.so.2',
  'libblkid.so.1',
  'libuuid.so.1',
].map((name) => ({ name, paths: [`/lib/i386-linux-gnu/${name}`, `/usr/lib/i386-linux-gnu/${name}`] }));

/** Gets and unpacks the packages, and makes in the folder `work` what the guest is given. */
export async function prepareMaking(
  linux: DebianLinux,
  work: string,
  settings: MakingSettings,
  progress: Progress,
): Promise<MakingGuest> {
  const { set, names } = await basePackages(settings.release, progress);
  const more = await morePackages(settings.packages, names, settings.release, progress);
  const archives = join(work, 'archives.img');
  await using image = await ArchiveImage.create(archives);
  const catcher = new FileCatcher([
    ...[MKE2FS, MKE2FS_CONFIGURATION, BOOT_SECTOR, OS_RELEASE],
    ...libraries.flatMap(({ paths }) => paths),
  ]);
  await append(image, skeleton);
  const packages: UnpackedPackage[] = [];
  for (const [n, name] of names.entries()) {
    progress('Unpacking packages', (n / names.length) * 100);
    packages.push(await unpackPackage(archivesOf(join(cacheDirectory(), set, name)), image, catcher));
  }
  const caught = (...paths: readonly string[]): Uint8Array => {
    const found = paths.map((path) => catcher.get(path)).find((data) => data !== undefined);
    if (found === undefined) throw new Error(`none of the packages has ${paths[0]}`);
    return found;
  };
  const release = settings.release ?? codename(caught(OS_RELEASE));
  await append(image, configuration(packages, more, { ...settings, release }));
  const modules = await moduleInitrd(linux.modules, ['virtio_pci', 'virtio_blk', 'ext4']);
  const own: FileEntry[] = [
    ...libraries.map(({ name, paths }) => program(`e2fs/${name}`, caught(...paths))),
    program('e2fs/mke2fs', caught(MKE2FS)),
    { type: 'file', path: 'etc/mke2fs.conf', data: caught(MKE2FS_CONFIGURATION) },
    { type: 'file', path: 'disk-start', data: diskStart(caught(BOOT_SECTOR), settings.size) },
    { type: 'file', path: 'archives', data: image.table },
    program('init', firstStage),
  ];
  return {
    kernel: linux.kernel,
    initrd: joinInitrds(firstRoot(linux.busybox, own), modules),
    // A kernel that panics ends the machine.
    append: 'console=ttyS0 quiet cryptomgr.notests panic=-1',
    archives,
    archiveCount: image.count,
    packageCount: packages.length + Object.keys(more).length,
  };
}

/** Whether a disk whose bytes these are at `labelPlace` has a file system that such a guest has made. */
export function isMadeLabel(bytes: Uint8Array): boolean {
  return Buffer.from(bytes).toString('latin1') === LABEL.padEnd(LABEL_SIZE, '\0');
}

/** Place of the label on a disk, in bytes. */
export const labelPlace = { offset: LABEL_AT, length: LABEL_SIZE } as const;

/** Debian's name of a release (os-release(5)). */
function codename(file: Uint8Array): string {
  const name = /^VERSION_CODENAME=(\w+)$/m.exec(Buffer.from(file).toString())?.[1];
  if (name === undefined) throw new Error('the packages do not say which release of Debian they are of');
  return name;
}

/** An entry of the new system's archive. */
type SystemEntry = DirectoryEntry | FileEntry | SymlinkEntry;

/** Folders that exist before any package is unpacked: those of programs and libraries are all in `/usr`. */
const skeleton: readonly SystemEntry[] = ['bin', 'sbin', 'lib'].flatMap((name): SystemEntry[] => [
  { type: 'directory', path: `usr/${name}` },
  { type: 'symlink', path: name, target: `usr/${name}` },
]);

/** Files that packages leave to the unpacking program: the list of unpacked packages, and the system's configuration. */
function configuration(
  packages: readonly UnpackedPackage[],
  more: Readonly<Record<string, Uint8Array>>,
  settings: MakingSettings & { release: string },
): SystemEntry[] {
  const dpkg = 'var/lib/dpkg';
  const files: Record<string, Uint8Array | string> = {
    ...systemFiles(settings),
    [HOST_KEY]: hostKey(),
    [`${dpkg}/status`]: packages.map(({ status }) => status).join(''),
    [`${dpkg}/available`]: '',
    [`${dpkg}/info/format`]: '1\n',
  };
  for (const { info } of packages)
    for (const [name, data] of Object.entries(info)) files[`${dpkg}/info/${name}`] = data;
  for (const [name, data] of Object.entries(more)) files[`${PACKAGES}/${name}`] = data;
  return [
    { type: 'directory', path: 'root', mode: 0o700 },
    { type: 'directory', path: 'root/.ssh', mode: 0o700 },
    { type: 'directory', path: 'host' },
    { type: 'directory', path: `${dpkg}/updates` },
    ...Object.entries(files).map(([path, data]): FileEntry => ({ type: 'file', path, mode: modeOf(path), data })),
  ];
}

/** The slowest of the keys that an ssh server has, which would take a guest minutes. The package makes those that are missing. */
function hostKey(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 3072 });
  return privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
}

function modeOf(path: string): number {
  if (path.startsWith('root/.ssh/') || path === HOST_KEY) return 0o600;
  return /\.(preinst|postinst|prerm|postrm|config)$/.test(path) || path.startsWith('usr/sbin/') ? 0o755 : 0o644;
}

async function append(image: ArchiveImage, entries: readonly SystemEntry[]): Promise<void> {
  for await (const _ of image.append(packTar(entries)));
}

const program = (path: string, data: Uint8Array | string): FileEntry => ({ type: 'file', path, mode: 0o755, data });

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

function firstRoot(busybox: Uint8Array, own: readonly ArchiveEntry[]): Uint8Array {
  const folders = ['proc', 'sys', 'dev'].map((path): ArchiveEntry => ({ type: 'directory', path }));
  return initramfs([
    ...busyboxEntries(busybox),
    ...folders,
    { type: 'character-device', path: 'dev/console', major: 5, minor: 1 },
    ...own,
  ]);
}
