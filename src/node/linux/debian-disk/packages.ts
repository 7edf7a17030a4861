import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { debianClient } from '../../assets/debian-client.ts';
import type { Progress } from '../../assets/progress.ts';
import { run } from '../../process.ts';

/** What a Debian needs besides its essential packages to boot from a disk, reach a network and be logged in to. */
const base: readonly string[] = [
  ...['?essential', 'usr-is-merged', 'apt', 'passwd', 'login', 'mount', 'mawk', 'adduser', 'kmod', 'udev', 'tzdata'],
  ...['systemd-sysv', 'systemd-resolved', 'libpam-systemd', 'dbus', 'e2fsprogs', 'initramfs-tools', 'busybox-static'],
  ...['linux-image-686', 'extlinux', 'syslinux-common', 'openssh-server', 'iproute2', 'iputils-ping', 'netbase'],
  ...['ca-certificates', 'debian-archive-keyring', 'procps', 'less', 'nano', 'sudo'],
];

/** A package that is unpacked, and not yet configured. */
export interface SystemPackage {
  /** A tar archive with its files; paths begin with "./". */
  readonly archive: string;
  /** The files that dpkg keeps of it, by their names in `/var/lib/dpkg/info`. */
  readonly info: Readonly<Record<string, Uint8Array>>;
  /** Its paragraph in `/var/lib/dpkg/status`. */
  readonly status: string;
}

/** Paths of the archives of a system's packages with all that they depend on, got by the host's apt client into a folder. */
export async function downloadSystem(
  folder: string,
  names: readonly string[],
  progress: Progress,
  release?: string,
): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const { apt } = await debianClient(folder, progress, '686', release);
  return await apt.downloadAll([...base, ...names], progress);
}

/** Unpacks the archive of a package (deb(5)) into a folder of its own. */
export async function unpackPackage(file: string, folder: string): Promise<SystemPackage> {
  const control = join(folder, 'control');
  const archive = join(folder, 'files.tar');
  await mkdir(control, { recursive: true });
  await run('dpkg-deb', ['-e', file, control]);
  await run('sh', ['-c', 'dpkg-deb --fsys-tarfile "$0" > "$1"', file, archive]);
  const fields = await readFile(join(control, 'control'), 'utf8');
  const name = infoName(fields);
  const conffiles = await conffilesOf(control, archive, folder);
  const info: Record<string, Uint8Array> = { [`${name}.list`]: Buffer.from(await listOf(archive)) };
  for (const member of await readdir(control))
    if (member !== 'control') info[`${name}.${member}`] = await readFile(join(control, member));
  return { archive, info, status: statusOf(fields, conffiles) };
}

/** Of packages of which several architectures may be installed the names have the architecture (dpkg's `info/format` 1). */
function infoName(fields: string): string {
  const [name, architecture, multi] = ['Package', 'Architecture', 'Multi-Arch'].map(
    (field) => new RegExp(`^${field}: *(\\S+)`, 'm').exec(fields)?.[1],
  );
  if (name === undefined) throw new Error('a package has no name');
  return multi === 'same' ? `${name}:${architecture}` : name;
}

/** The paragraph of a package that is unpacked and waits for its configuration. */
function statusOf(fields: string, conffiles: string): string {
  const lines = fields.trimEnd().split('\n');
  return [lines[0], 'Status: install ok unpacked', ...lines.slice(1), ...(conffiles ? ['Conffiles:', conffiles] : [])]
    .join('\n')
    .concat('\n\n');
}

/** A line for each of the package's configuration files, with the MD5 of what it has been shipped with. */
async function conffilesOf(control: string, archive: string, folder: string): Promise<string> {
  const text = await readFile(join(control, 'conffiles'), 'utf8').catch(() => '');
  const paths = text.split('\n').filter((line) => line.startsWith('/'));
  if (paths.length === 0) return '';
  const tree = join(folder, 'conffiles');
  await mkdir(tree);
  await run('tar', ['-x', '-f', archive, '-C', tree, ...paths.map((path) => `.${path}`)]);
  const sums: string[] = [];
  for (const path of paths) {
    const sum = createHash('md5')
      .update(await readFile(join(tree, path)))
      .digest('hex');
    sums.push(` ${path} ${sum}`);
  }
  await rm(tree, { recursive: true });
  return sums.join('\n');
}

/** The paths of an archive as dpkg lists them. */
async function listOf(archive: string): Promise<string> {
  const text = await run('tar', ['-t', '--quoting-style=literal', '-f', archive]);
  return text
    .replace(/^\.\/$/m, '/.')
    .replace(/^\.\//gm, '/')
    .replace(/(?<=[^\n])\/$/gm, '');
}

/** Takes files out of the archives of these packages, by their paths without the leading slash: contents by the names of the files. */
export async function filesOf(
  packages: readonly SystemPackage[],
  paths: readonly string[],
  folder: string,
): Promise<Readonly<Record<string, Uint8Array>>> {
  await mkdir(folder, { recursive: true });
  const found: Record<string, Uint8Array> = {};
  for (const { archive, info } of packages) {
    const list = Buffer.from(Object.entries(info).find(([name]) => name.endsWith('.list'))![1])
      .toString()
      .split('\n');
    const here = paths.filter((path) => list.includes(`/${path}`));
    if (here.length === 0) continue;
    // A library's short name is a link to a longer one.
    const members = list.filter((name) => here.some((path) => name === `/${path}` || name.startsWith(`/${path}.`)));
    await run('tar', ['-x', '-f', archive, '-C', folder, ...members.map((name) => `.${name}`)]);
    for (const path of here) found[basename(path)] = await readFile(join(folder, path));
  }
  return found;
}
