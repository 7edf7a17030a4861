import { readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { busyboxEntries, busyboxSystem } from '../busybox.ts';
import type { ArchiveEntry } from '../cpio.ts';
import { initramfs } from '../initramfs.ts';
import { AptClient, unpack } from './apt.ts';
import { type AssetFiles, cachedAssets } from './cache.ts';
import type { Progress } from './progress.ts';

/** Debian's kernels for i686, without and with PAE: the ends of the names of packages that depend on the current one. */
export type KernelFlavour = '686' | '686-pae';

/** The last release of Debian with kernels for i386, for hosts whose own sources have none. */
const debianSources = (keyring: string) => `deb [signed-by=${keyring}] http://deb.debian.org/debian bookworm main\n`;
const keyringPackage = 'debian-archive-keyring';
const keyringPath = 'usr/share/keyrings/debian-archive-keyring.gpg';

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
  /** The compressed root file system, with these entries besides (they win over its own). */
  initrd(entries?: readonly ArchiveEntry[]): Uint8Array;
}

/**
 * The system, from the cache or through the host's apt client. Throws if it is not in the cache and the client cannot
 * be run, reaches no server or finds no kernel.
 */
export async function debianLinux(progress: Progress = () => {}, flavour: KernelFlavour = '686'): Promise<DebianLinux> {
  const files = await cachedAssets(`debian-linux-${flavour}`, (work) => download(work, progress, flavour));
  const busybox = files.busybox;
  return {
    release: new TextDecoder().decode(files.release),
    kernel: files.kernel,
    busybox,
    configuration: new TextDecoder().decode(files.config),
    initrd: (entries = []) => initramfs([...busyboxSystem, ...busyboxEntries(busybox), ...entries]),
  };
}

async function download(work: string, progress: Progress, flavour: KernelFlavour): Promise<AssetFiles> {
  const { apt, kernelPackage } = await debianClient(work, progress, flavour);
  const tree = join(work, 'packages');
  const kernel = await apt.download(kernelPackage, progress);
  const busybox = await apt.download('busybox-static', progress);
  progress('Unpacking');
  await unpack(kernel, ['./boot/vmlinuz-*', './boot/config-*'], tree);
  await unpack(busybox, ['./bin/busybox'], tree);
  const boot = join(tree, 'boot');
  const image = (await readdir(boot)).find((name) => name.startsWith('vmlinuz-'));
  if (image === undefined) throw new Error(`the package ${kernelPackage} holds no kernel`);
  const release = image.slice('vmlinuz-'.length);
  return {
    kernel: await readFile(join(boot, image)),
    config: await readFile(join(boot, `config-${release}`)),
    busybox: await readFile(join(tree, 'bin', 'busybox')),
    release: new TextEncoder().encode(release),
  };
}

/** A client whose sources have the kernel, and the kernel's package: the host's own sources, else Debian's. */
export async function debianClient(
  work: string,
  progress: Progress,
  flavour: KernelFlavour = '686',
): Promise<{ apt: AptClient; kernelPackage: string }> {
  const metapackage = `linux-image-${flavour}`;
  const host = await AptClient.create(work);
  const failure = await updateFailure(host, progress);
  const fromHost = await host.dependency(metapackage);
  if (fromHost !== undefined) return { apt: host, kernelPackage: fromHost };

  const keyring = await debianKeyring(host, work, progress).catch((error) => {
    throw failure ?? error;
  });
  await rm(join(work, 'lists'), { recursive: true });
  const debian = await AptClient.create(work, debianSources(keyring));
  const debianFailure = await updateFailure(debian, progress);
  const fromDebian = await debian.dependency(metapackage);
  if (fromDebian === undefined) throw debianFailure ?? new Error(`apt finds no package ${metapackage} for i386`);
  return { apt: debian, kernelPackage: fromDebian };
}

/** Updates the lists. Where some are missing the others may do: the error counts only if they do not. */
async function updateFailure(apt: AptClient, progress: Progress): Promise<Error | undefined> {
  try {
    await apt.update(progress);
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

/** Debian's archive keys: the host's copy, or the package that the host's own distribution has signed. */
export async function debianKeyring(apt: AptClient, work: string, progress: Progress): Promise<string> {
  const installed = join('/', keyringPath);
  const found = await readFile(installed).catch(() => undefined);
  if (found) return installed;
  const file = await apt.download(keyringPackage, progress);
  // Of later releases it is a link to a file beside it.
  await unpack(file, [`./${dirname(keyringPath)}/*`], work);
  return join(work, keyringPath);
}
