import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { run } from '../../../src/node/process/process.ts';

/** Files by their paths. */
export type Files = Readonly<Record<string, Uint8Array | string>>;

export const SECTOR = 512;
/** Where the partition of a disk begins, in sectors. */
export const PARTITION = 2048;
/** Geometry as firmware translates it, and the size in sectors. */
const [HEADS, TRACK, DISK] = [16, 63, 65536];
/** The partition's type: FAT16 by LBA. */
const FAT16 = 0x0e;

/** Why these programs can't be used, or undefined if all are there. */
export async function missingPrograms(...names: string[]): Promise<string | undefined> {
  const found = await Promise.all(names.map((name) => run('sh', ['-c', 'command -v "$0"', name]).catch(() => '')));
  const missing = names.filter((_, n) => found[n] === '');
  if (missing.length === 0) return undefined;
  return `${missing.join(', ')} not found; npm run install-oracles installs what is missing`;
}

/** Calls `work` with the path of a folder that is there as long as it works. */
export async function inFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'rawiron-guest-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Writes files below a folder. */
export async function writeFiles(folder: string, files: Files): Promise<void> {
  for (const [path, data] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), data);
  }
}

/** A CD with these files that isolinux boots. `files`: of the packages; `configuration`: isolinux.cfg. */
export function isolinuxCd(files: Files, configuration: string, others: Files = {}): Promise<Uint8Array> {
  return inFolder(async (folder) => {
    const boot = Object.fromEntries(Object.entries(files).map(([name, data]) => [`tree/isolinux/${name}`, data]));
    const rest = Object.fromEntries(Object.entries(others).map(([name, data]) => [`tree/${name}`, data]));
    await writeFiles(folder, { ...boot, ...rest, 'tree/isolinux/isolinux.cfg': configuration });
    // SYSLINUX's documentation, doc/isolinux.txt.
    const loader = ['-b', 'isolinux/isolinux.bin', '-c', 'isolinux/boot.cat', '-no-emul-boot'];
    const how = ['-boot-load-size', '4', '-boot-info-table', '-R', '-J', '-o', 'cd.iso', 'tree'];
    await run('xorriso', ['-as', 'mkisofs', ...loader, ...how], { directory: folder });
    return readFile(join(folder, 'cd.iso'));
  });
}

/** A floppy of 1.44 MB with these files that syslinux boots. */
export function syslinuxFloppy(files: Files): Promise<Uint8Array> {
  return inFolder(async (folder) => {
    await run('mformat', ['-C', '-f', '1440', '-i', 'floppy.img', '::'], { directory: folder });
    await copyToFat(folder, 'floppy.img', files);
    await run('syslinux', ['--install', 'floppy.img'], { directory: folder });
    return readFile(join(folder, 'floppy.img'));
  });
}

/** A hard disk with a FAT file system in its first partition, which syslinux boots; `mbr` is its first sector's code. */
export function syslinuxDisk(files: Files, mbr: Uint8Array): Promise<Uint8Array> {
  return inFolder(async (folder) => {
    await writeFile(join(folder, 'disk.img'), partitionedDisk(mbr, FAT16, DISK));
    const image = `disk.img@@${PARTITION * SECTOR}`;
    const geometry = ['-h', String(HEADS), '-s', String(TRACK), '-H', String(PARTITION)];
    await run('mformat', ['-i', image, '-T', String(DISK - PARTITION), ...geometry, '::'], { directory: folder });
    await copyToFat(folder, image, files);
    await run('syslinux', ['--offset', String(PARTITION * SECTOR), '--install', 'disk.img'], { directory: folder });
    return readFile(join(folder, 'disk.img'));
  });
}

/** A disk of so many sectors with one active partition of this type. */
export function partitionedDisk(mbr: Uint8Array, type: number, sectors: number): Uint8Array {
  const disk = new Uint8Array(sectors * SECTOR);
  disk.set(mbr);
  // Cylinder, head and sector are left to those who read them: LBA counts.
  disk.set([0x80, 0xfe, 0xff, 0xff, type, 0xfe, 0xff, 0xff], 446);
  new DataView(disk.buffer).setUint32(454, PARTITION, true);
  new DataView(disk.buffer).setUint32(458, sectors - PARTITION, true);
  disk.set([0x55, 0xaa], 510);
  return disk;
}

/** Copies files into a FAT file system; `image` may end with an offset, as mtools have it. */
async function copyToFat(folder: string, image: string, files: Files): Promise<void> {
  await writeFiles(folder, files);
  await run('mcopy', ['-i', image, ...Object.keys(files), '::'], { directory: folder });
}
