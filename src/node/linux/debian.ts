import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Progress } from '../../util/progress.ts';
import { unpack } from '../assets/apt.ts';
import { type AssetFiles, cachedAssets } from '../assets/cache.ts';
import { debianClient, type KernelFlavour } from '../assets/debian-client.ts';
import { busyboxEntries, busyboxSystem } from './busybox.ts';
import type { ArchiveEntry } from './cpio.ts';
import { initramfs } from './initramfs.ts';
import { isKept, keptModulesKey } from './kept-modules.ts';
import { describeModule, type LinuxModule, ModuleTree } from './modules.ts';

/** A Linux system to boot: Debian's i386 kernel, and a root file system around Debian's static busybox. */
export interface DebianLinux {
  /** The kernel's release, such as "6.1.0-50-686". */
  readonly release: string;
  /** The bzImage. */
  readonly kernel: Uint8Array;
  /** The busybox program (an ELF file, i386, static). */
  readonly busybox: Uint8Array;
  /** The kernel's configuration, as text. */
  readonly configuration: string;
  /** The kernel's modules for what a machine can have, and for file systems. */
  readonly modules: ModuleTree;
  /** The compressed root file system, with these entries besides (they win over its own). */
  initrd(entries?: readonly ArchiveEntry[]): Uint8Array;
}

/** Files of the set that are read each time. */
const base = ['kernel', 'busybox', 'config', 'release', 'modules.json'] as const;

/** A module's name in that set. */
const keptAs = (path: string): string => `modules/${path}`;

/**
 * The system, from the cache or through the host's apt client. Throws if it is not in the cache and the client cannot
 * be run, reaches no server or finds no kernel.
 */
export async function debianLinux(progress: Progress = () => {}, flavour: KernelFlavour = '686'): Promise<DebianLinux> {
  const files = await kept(base, progress, flavour);
  const busybox = files.busybox;
  const text = (name: (typeof base)[number]): string => new TextDecoder().decode(files[name]);
  return {
    release: text('release'),
    kernel: files.kernel,
    busybox,
    configuration: text('config'),
    modules: new ModuleTree(
      text('release'),
      () => JSON.parse(text('modules.json')),
      async (paths) => {
        const contents = await kept(paths.map(keptAs), progress, flavour);
        return paths.map((path) => contents[keptAs(path)]);
      },
    ),
    initrd: (entries = []) => initramfs([...busyboxSystem, ...busyboxEntries(busybox), ...entries]),
  };
}

/** The release of the kernel that `debianLinux` gives, without the rest. Throws as that does. */
export async function debianRelease(progress: Progress = () => {}, flavour: KernelFlavour = '686'): Promise<string> {
  const { release } = await kept(['release'], progress, flavour);
  return new TextDecoder().decode(release);
}

/** These files of the system, from the cache or by the client. */
const kept = (names: readonly string[], progress: Progress, flavour: KernelFlavour): Promise<AssetFiles> =>
  cachedAssets(`debian-linux-${flavour}-${keptModulesKey}`, (work) => download(work, progress, flavour), names);

async function download(work: string, progress: Progress, flavour: KernelFlavour): Promise<AssetFiles> {
  const { apt, kernelPackage } = await debianClient(work, progress, flavour);
  const tree = join(work, 'packages');
  const kernel = await apt.download(kernelPackage, progress);
  const busybox = await apt.download('busybox-static', progress);
  progress('Unpacking');
  await unpack(kernel, ['./boot/vmlinuz-*', './boot/config-*', './lib/modules/*'], tree);
  await unpack(busybox, ['./bin/busybox'], tree);
  const boot = join(tree, 'boot');
  const image = (await readdir(boot)).find((name) => name.startsWith('vmlinuz-'));
  if (image === undefined) throw new Error(`the package ${kernelPackage} holds no kernel`);
  const release = image.slice('vmlinuz-'.length);
  const modules = await readModules(join(tree, 'lib/modules', release));
  return {
    kernel: await readFile(join(boot, image)),
    config: await readFile(join(boot, `config-${release}`)),
    busybox: await readFile(join(tree, 'bin', 'busybox')),
    release: new TextEncoder().encode(release),
    'modules.json': new TextEncoder().encode(JSON.stringify(modules.map(({ module }) => module))),
    ...Object.fromEntries(modules.map(({ module, bytes }) => [keptAs(module.path), bytes])),
  };
}

/** The modules below a folder, `lib/modules/RELEASE`, that are kept, and those that they need. */
async function readModules(folder: string): Promise<{ module: LinuxModule; bytes: Uint8Array }[]> {
  const files = await readdir(join(folder, 'kernel'), { recursive: true });
  const paths = files.filter((file) => file.endsWith('.ko')).map((file) => `kernel/${file}`);
  const modules: LinuxModule[] = [];
  for (const path of paths.sort()) modules.push(describeModule(path, await readFile(join(folder, path))));
  const tree = new ModuleTree(
    '',
    () => modules,
    async () => [],
  );
  const kept: { module: LinuxModule; bytes: Uint8Array }[] = [];
  for (const module of tree.inOrder(paths.filter(isKept)))
    kept.push({ module, bytes: await readFile(join(folder, module.path)) });
  return kept;
}
