import { readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Progress } from '../../util/progress.ts';
import { AptClient, unpack } from './apt.ts';

/** Debian's kernels for i686, without and with PAE: the ends of the names of packages that depend on the current one. */
export type KernelFlavour = '686' | '686-pae';

/** The last release of Debian with kernels for i386, for hosts whose own sources have none. */
const lastRelease = 'bookworm';
const debianSources = (keyring: string, release: string) =>
  `deb [signed-by=${keyring}] http://deb.debian.org/debian ${release} main\n`;
const keyringPackage = 'debian-archive-keyring';
const keyringPath = 'usr/share/keyrings/debian-archive-keyring.gpg';

/**
 * A client whose sources have the kernel, and the kernel's package: the host's own sources, else Debian's. Those of a `release` are
 * Debian's in any case.
 */
export async function debianClient(
  work: string,
  progress: Progress,
  flavour: KernelFlavour = '686',
  release?: string,
): Promise<{ apt: AptClient; kernelPackage: string }> {
  const metapackage = `linux-image-${flavour}`;
  const host = await AptClient.create(work);
  const failure = await updateFailure(host, progress);
  const fromHost = release === undefined ? await host.dependency(metapackage) : undefined;
  if (fromHost !== undefined) return { apt: host, kernelPackage: fromHost };

  const keyring = await debianKeyring(host, work, progress).catch((error) => {
    throw failure ?? error;
  });
  await rm(join(work, 'lists'), { recursive: true });
  const debian = await AptClient.create(work, debianSources(keyring, release ?? lastRelease));
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
