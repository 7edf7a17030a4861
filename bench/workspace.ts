import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ArchiveEntry } from '../src/node/linux/cpio.ts';
import { debianLinux } from '../src/node/linux/debian.ts';
import type { ModuleTree } from '../src/node/linux/modules.ts';
import { messageOf } from '../src/util/errors.ts';
import type { Progress } from '../src/util/progress.ts';
import { linuxModules } from '../test/support/linux-modules.ts';
import { compiledPrograms } from './compile.ts';
import { debianPrograms } from './debian.ts';
import { makeDisks } from './disks.ts';
import type { GuestFiles } from './engines/engine.ts';
import { archive } from './everyday/archive.ts';
import { everydayPrograms } from './everyday/packages.ts';
import { programText } from './everyday/program-text.ts';
import { benchCards, networkDrivers, startServers } from './network.ts';
import type { FileSet } from './programs.ts';
import { sampleText } from './text.ts';

/** A folder for one run of the benchmark, with all that engines are started with. It goes when the program ends. */
export interface Workspace {
  readonly folder: string;
  readonly files: GuestFiles;
  /** The guest kernel's release. */
  readonly kernelRelease: string;
  /** Sets of files that could not be had, and why. */
  readonly missing: ReadonlyMap<FileSet, string>;
}

/** Functions of the program that tcc compiles: some 4,500 lines. */
const FUNCTIONS = 120;

/** A file for the guest: what it holds, and whether it is a program. */
interface GuestFile {
  readonly data: Uint8Array | string;
  readonly mode: number;
}

const program = (data: Uint8Array): GuestFile => ({ data, mode: 0o755 });
const text = (data: Uint8Array | string): GuestFile => ({ data, mode: 0o644 });
const guestText = async (path: string) => text(await readFile(join(import.meta.dirname, path)));

export interface WorkspaceOptions {
  readonly sets: ReadonlySet<FileSet>;
  /** Leaves the folder there. */
  readonly keep: boolean;
}

/** Makes a folder for what is needed in one run. */
export function makeFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'rawiron-bench-'));
}

/** Removes it when this program ends, however it does. */
export function removeAtExit(folder: string): void {
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
}

/** Makes a folder with these sets of files. Throws if the guest's kernel can't be had. */
export async function makeWorkspace({ sets, keep }: WorkspaceOptions, progress: Progress): Promise<Workspace> {
  const linux = await debianLinux(progress);
  const missing = new Map<FileSet, string>();
  const contents = await guestContents(sets, missing, progress);
  const drivers = await loadedDrivers(linux.modules, sets, missing);
  const folder = await makeFolder();
  if (!keep) removeAtExit(folder);
  const inFolder = (name: string) => join(folder, name);
  const files: GuestFiles = {
    kernel: inFolder('kernel'),
    initrd: inFolder('initrd'),
    plainInitrd: inFolder('plain-initrd'),
    programs: inFolder('programs'),
    scratch: inFolder('scratch'),
    ...(sets.has('disks') && { disks: await makeDisks(folder) }),
    ...(sets.has('network') && { cards: benchCards }),
  };
  progress("Making the guest's root file system");
  await mkdir(files.scratch);
  await writeFile(files.kernel, linux.kernel);
  await writeFile(files.initrd, linux.initrd([...archiveEntries(contents), ...drivers]));
  await writeFile(files.plainInitrd, linux.initrd());
  await writeFolder(files.programs, contents);
  return { folder, files, kernelRelease: linux.release, missing };
}

/** The guest's files by path below its folder. Notes what could not be had. */
async function guestContents(
  sets: ReadonlySet<FileSet>,
  missing: Map<FileSet, string>,
  progress: Progress,
): Promise<Map<string, GuestFile>> {
  const contents = new Map<string, GuestFile>([['runner', await guestText('guest/runner.sh')]]);
  const add = async (set: FileSet, get: () => Promise<Readonly<Record<string, GuestFile>>>) => {
    if (!sets.has(set)) return;
    try {
      for (const [path, file] of Object.entries(await get())) contents.set(path, file);
    } catch (error) {
      missing.set(set, messageOf(error));
    }
  };
  await add('compiled', async () => asPrograms('', await compiledPrograms(progress)));
  await add('disks', async () => ({
    ...asPrograms('', await compiledPrograms(progress)),
    disk: await guestText('guest/disk.sh'),
  }));
  await add('network', async () => ({
    network: await guestText('guest/network.sh'),
    ports: text((await startServers()).ports),
  }));
  await add('debian', async () => ({
    ...asPrograms('debian/', await debianPrograms(progress)),
    ...(await debianScripts()),
    ...(await realScripts()),
  }));
  await add('everyday', async () => ({
    ...asPrograms('debian/', await everydayPrograms(progress)),
    ...(await debianScripts()),
    ...(await everydayScripts()),
  }));
  return contents;
}

/** Drivers that sets of files need, which the kernel's package has as modules. */
const drivers: Partial<Readonly<Record<FileSet, readonly string[]>>> = {
  disks: ['ata_piix', 'sd_mod', 'crct10dif_generic', 'crc64_rocksoft_generic', 'virtio_pci', 'virtio_blk'],
  network: networkDrivers,
};

/** They are loaded before there is a shell. */
async function loadedDrivers(
  modules: ModuleTree,
  sets: ReadonlySet<FileSet>,
  missing: Map<FileSet, string>,
): Promise<readonly ArchiveEntry[]> {
  const wanted = [...sets].flatMap((set) => drivers[set] ?? []);
  if (wanted.length === 0) return [];
  try {
    return await linuxModules(modules, ...wanted);
  } catch (error) {
    for (const set of sets) if (drivers[set]) missing.set(set, messageOf(error));
    return [];
  }
}

function asPrograms(folder: string, files: Readonly<Record<string, Uint8Array>>): Record<string, GuestFile> {
  return Object.fromEntries(Object.entries(files).map(([name, data]) => [folder + name, program(data)]));
}

/** Scripts that all of Debian's programs are run with. */
async function debianScripts(): Promise<Record<string, GuestFile>> {
  return {
    loader: await guestText('guest/loader.sh'),
    repeat: await guestText('guest/repeat.sh'),
    text: text(sampleText()),
  };
}

/** Scripts and data for programs of the group real. */
async function realScripts(): Promise<Record<string, GuestFile>> {
  return {
    'words.pl': await guestText('programs/scripts/words.pl'),
    'queens.lua': await guestText('programs/scripts/queens.lua'),
  };
}

/** Scripts and data for programs of the group everyday. */
async function everydayScripts(): Promise<Record<string, GuestFile>> {
  return {
    archive: text(archive()),
    'program.c': text(programText(FUNCTIONS)),
    configure: await guestText('programs/scripts/configure.sh'),
    install: await guestText('programs/scripts/install.sh'),
    compile: await guestText('programs/scripts/compile.sh'),
    'mixed.py': await guestText('programs/scripts/mixed.py'),
  };
}

function archiveEntries(contents: ReadonlyMap<string, GuestFile>): ArchiveEntry[] {
  return [...contents].map(([path, { data, mode }]) => ({ type: 'file', path: `bench/${path}`, data, mode }));
}

async function writeFolder(folder: string, contents: ReadonlyMap<string, GuestFile>): Promise<void> {
  for (const [path, { data, mode }] of contents) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), data, { mode });
  }
}
