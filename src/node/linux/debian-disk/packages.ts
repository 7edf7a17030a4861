import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Bytes } from '../../../containers/streams.ts';
import { type Member, tarMembers } from '../../../containers/tar-reader.ts';
import { hostName } from '../../../shares/paths.ts';
import type { Progress } from '../../../util/progress.ts';
import { cachedAssets } from '../../assets/cache.ts';
import { debianClient } from '../../assets/debian-client.ts';
import { output } from '../../process/process.ts';
import type { ArchiveImage } from './archives.ts';

/** Packages beside the essential ones that a Debian needs to boot from a disk, to reach a network and to be logged in to. */
const base: readonly string[] = [
  ...['?essential', 'usr-is-merged', 'apt', 'passwd', 'login', 'mount', 'mawk', 'adduser', 'kmod', 'udev', 'tzdata'],
  ...['systemd-sysv', 'systemd-resolved', 'libpam-systemd', 'dbus', 'e2fsprogs', 'initramfs-tools', 'busybox-static'],
  ...['linux-image-686', 'extlinux', 'syslinux-common', 'openssh-server', 'iproute2', 'iputils-ping', 'netbase'],
  ...['ca-certificates', 'debian-archive-keyring', 'procps', 'less', 'nano', 'sudo'],
];

/** Archives of packages (deb(5)) by their file names. */
type Packages = Readonly<Record<string, Uint8Array>>;

/** A package whose files are in the image of archives, and which is not yet configured. */
export interface UnpackedPackage {
  /** The files that dpkg keeps of it, by their names in `/var/lib/dpkg/info`. */
  readonly info: Readonly<Record<string, Uint8Array>>;
  /** Its paragraph in `/var/lib/dpkg/status`. */
  readonly status: string;
}

/**
 * The name of the set in the cache with the packages that every system has, and the names of its files. They are downloaded once and kept.
 */
export async function basePackages(
  release: string | undefined,
  progress: Progress,
): Promise<{ set: string; names: readonly string[] }> {
  const set = `debian-packages-${keyOf(base, release)}`;
  const files = await cachedAssets(set, (work) => download(work, base, release, progress));
  return { set, names: Object.keys(files).sort() };
}

/** The packages that these names stand for with all that they depend on, without those that are `there`. */
export async function morePackages(
  names: readonly string[],
  there: readonly string[],
  release: string | undefined,
  progress: Progress,
): Promise<Packages> {
  if (names.length === 0) return {};
  const set = `debian-packages-${keyOf([...there, ...names], release)}`;
  return await cachedAssets(set, async (work) => {
    const all = await download(work, [...base, ...names], release, progress);
    return Object.fromEntries(Object.entries(all).filter(([name]) => !there.includes(name)));
  });
}

function keyOf(names: readonly string[], release: string | undefined): string {
  return createHash('sha256')
    .update(JSON.stringify([names, release]))
    .digest('hex')
    .slice(0, 16);
}

async function download(
  work: string,
  names: readonly string[],
  release: string | undefined,
  progress: Progress,
): Promise<Packages> {
  await mkdir(work, { recursive: true });
  const { apt } = await debianClient(work, progress, '686', release);
  const files: Record<string, Uint8Array> = {};
  for (const path of await apt.downloadAll(names, progress)) files[basename(path)] = await readFile(path);
  return files;
}

/** Takes contents of files while packages are unpacked, whichever package has them. */
export class FileCatcher {
  readonly #wanted: ReadonlySet<string>;
  readonly #found = new Map<string, Uint8Array>();
  readonly #links = new Map<string, string>();

  /** @param wanted paths in the system, with a leading slash. A link among them stands for a file of the same folder. */
  constructor(wanted: readonly string[]) {
    this.#wanted = new Set(wanted);
  }

  /** Whether the contents of a file are to be given to `add`: a library's short name is a link to a longer one. */
  wants(path: string): boolean {
    return this.#wanted.has(path) || [...this.#wanted].some((name) => path.startsWith(`${name}.`));
  }

  add(path: string, link: string | undefined, data: Uint8Array): void {
    if (link === undefined) this.#found.set(path, data);
    else this.#links.set(path, path.replace(/[^/]*$/, link));
  }

  /** The contents of a file that is wanted, or undefined if no package has had it. */
  get(path: string): Uint8Array | undefined {
    return this.#found.get(this.#links.get(path) ?? path);
  }
}

/** A package's two archives (deb(5)). */
export interface PackageArchives {
  readonly name: string;
  /** The package's control data, for dpkg. */
  readonly control: Bytes;
  readonly files: Bytes;
}

export function archivesOf(file: string): PackageArchives {
  return {
    name: file,
    control: output('dpkg-deb', ['--ctrl-tarfile', file]),
    files: output('dpkg-deb', ['--fsys-tarfile', file]),
  };
}

/** Appends a package's files to the image. */
export async function unpackPackage(
  { name, control, files }: PackageArchives,
  image: ArchiveImage,
  catcher: FileCatcher,
): Promise<UnpackedPackage> {
  const members = new Map<string, Uint8Array>();
  for await (const member of tarMembers(control, name)) {
    const data = await contentsOf(member);
    if (member.header.type === 'file') members.set(pathOf(member).slice(1), data);
  }
  const text = (member: string): string => Buffer.from(members.get(member) ?? '').toString();
  const conffiles = text('conffiles')
    .split('\n')
    .filter((line) => line.startsWith('/'));
  const sums = new Map<string, string>();
  let list = '';
  for await (const member of tarMembers(image.append(files), name)) {
    const path = pathOf(member);
    list += `${path === '/' ? '/.' : path}\n`;
    const data = await contentsOf(member);
    if (conffiles.includes(path)) sums.set(path, createHash('md5').update(data).digest('hex'));
    if (catcher.wants(path)) catcher.add(path, member.header.linkname ?? undefined, data);
  }
  const fields = text('control');
  const prefix = infoName(fields);
  const info: Record<string, Uint8Array> = { [`${prefix}.list`]: Buffer.from(list) };
  for (const [member, data] of members) if (member !== 'control') info[`${prefix}.${member}`] = data;
  return { info, status: statusOf(fields, sums) };
}

/** A member's path in the system: with a leading slash, and none at the end. */
const pathOf = ({ header }: Member): string =>
  hostName(header.name)
    .replace(/^\.?\/?/, '/')
    .replace(/(?<=.)\/$/, '');

async function contentsOf(member: Member): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of member) parts.push(part);
  return Buffer.concat(parts);
}

/** A package's name in dpkg's database, which includes the architecture if several may be installed (dpkg's `info/format` 1). */
function infoName(fields: string): string {
  const [name, architecture, multi] = ['Package', 'Architecture', 'Multi-Arch'].map(
    (field) => new RegExp(`^${field}: *(\\S+)`, 'm').exec(fields)?.[1],
  );
  if (name === undefined) throw new Error('a package has no name');
  return multi === 'same' ? `${name}:${architecture}` : name;
}

/**
 * The paragraph of a package that is unpacked and waits for its configuration.
 * @param sums of each configuration file the MD5 of what it is shipped with
 */
function statusOf(fields: string, sums: ReadonlyMap<string, string>): string {
  const [name, ...others] = fields.trimEnd().split('\n');
  const conffiles = [...sums].map(([path, sum]) => ` ${path} ${sum}`);
  const last = conffiles.length > 0 ? ['Conffiles:', ...conffiles] : [];
  return `${[name, 'Status: install ok unpacked', ...others, ...last].join('\n')}\n\n`;
}
