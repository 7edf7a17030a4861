import type { SharedFolder } from '../ninep/folder.ts';
import { checkedBoolean, checkedInteger, checkedOneOf, checkNames, checkText, shown } from '../util/checks.ts';
import { atOption, ConfigurationError } from '../util/errors.ts';
import { checkedFile, type ShareFile } from './contents.ts';
import { namesOf } from './paths.ts';
import type { ServerFolder } from './server/server-folder.ts';
import { ShareError } from './share-error.ts';

/** How a guest's owners and permissions are kept at the host. */
export const securityModels = ['mapped-file', 'passthrough', 'none'] as const;
/** A way to keep them. */
export type SecurityModelName = (typeof securityModels)[number];

/** Bytes that files in memory may take, unless it is said. */
const CAPACITY = 256 << 20;

/** A folder that the guest may mount (virtio-9p): one of the host, or one in memory. With neither the guest cannot mount it. */
export interface ShareOptions {
  /** The tag by which the guest mounts it, up to 31 characters of ASCII: `mount -t 9p -o trans=virtio TAG /mnt`. */
  readonly tag: string;
  /** The path of a folder of the host. Only in Node, on Linux. */
  readonly folder?: string;
  /**
   * "mapped-file" (default): owners, permissions and kinds of files are kept in files named .virtfs_metadata, as QEMU does; at
   * the host all belongs to the process's user. "passthrough": they are the host's own, for which the process needs its rights.
   * "none": the same, except for owners that it may not give.
   */
  readonly securityModel?: SecurityModelName;
  /**
   * The folder is in memory, and has these files by their paths, such as "bin/tool"; the directories that they are in are made. `{}`: it
   * is empty. `Machine.shares` has what is in it while the machine runs, and afterwards.
   */
  readonly files?: Readonly<Record<string, ShareFile>>;
  /**
   * The folder is in memory, and begins as one of a web server. Contents of files come when the guest opens them; what it changes is
   * in memory alone. `files` are there besides.
   */
  readonly server?: ServerFolder;
  /**
   * Bytes that files in memory may take, 1 KB for each name included; what a server has (`server`) may take as much besides. A guest that
   * stores more is told that the disk is full. Default:
   * 256 MB.
   */
  readonly capacity?: number;
  /** The guest can change nothing. Default: false. */
  readonly readOnly?: boolean;
  /** @internal A folder that a part of the library makes ready: the files of a container's image. */
  readonly provider?: FolderProvider;
}

/** The provider of a folder that is neither the host's nor in memory. */
export interface FolderProvider {
  open(): Promise<SharedFolder>;
}

/** A folder of the host. */
interface HostSource {
  readonly folder: string;
  readonly securityModel: SecurityModelName;
}

/** A folder in memory. */
export interface MemorySource {
  /** The server folder that it begins with; undefined: it begins empty. */
  readonly server: ServerFolder | undefined;
  readonly files: Readonly<Record<string, ShareFile>>;
  readonly capacity: number;
}

/** A share as a machine has it. */
export interface SharePlan {
  /** Name of its port at the host door. */
  readonly name: string;
  /** The share's name in messages: its place in the options. */
  readonly where: string;
  readonly tag: string;
  /** The source of the folder that the guest mounts; undefined: there is none. */
  readonly source: HostSource | MemorySource | FolderProvider | undefined;
  readonly isReadOnly: boolean;
}

/** Whether a folder is in memory. */
export function isInMemory(source: SharePlan['source']): source is MemorySource {
  return source !== undefined && 'files' in source;
}

/**
 * The shares of a machine that goes on from a state of another one.
 * @param had what that one had
 * @param given the same by their tags; others are as they were, and of one that is in memory, unless a folder of the host takes
 * its place, what is not given
 * @throws ConfigurationError if one is given that it had not
 */
export function sharesGoingOn(
  had: readonly ShareOptions[] = [],
  given: readonly ShareOptions[] = [],
): readonly ShareOptions[] {
  // Anything else is refused where it is checked, and so is what is given twice.
  if (!Array.isArray(given)) return given;
  const unknown = given.find((one) => typeof one?.tag === 'string' && !had.some(({ tag }) => tag === one.tag));
  if (unknown !== undefined) throw new ConfigurationError(unknownShare(unknown.tag, had));
  const again = had.map(({ tag }) => given.find((one) => one?.tag === tag));
  return [...had.map((share, n) => goingOn(share, again[n])), ...given.filter((share) => !again.includes(share))];
}

function unknownShare(tag: string, had: readonly ShareOptions[]): string {
  const tags = had.map((share) => `'${share.tag}'`).join(', ');
  return `the machine that goes on has no share with the tag '${tag}': ${tags === '' ? 'it has none at all' : `its tags are ${tags}`}`;
}

function goingOn(had: ShareOptions, given: ShareOptions | undefined): ShareOptions {
  if (given === undefined) return had;
  const wasInMemory = had.files !== undefined || had.server !== undefined;
  return wasInMemory && given.folder === undefined ? { ...had, ...given } : given;
}

const optionNames: readonly (keyof ShareOptions)[] = [
  'tag',
  'folder',
  'securityModel',
  'files',
  'server',
  'capacity',
  'readOnly',
  'provider',
];
const [MOST_SHARES, MOST_TAG] = [8, 31];

/**
 * The shares as the machine has them.
 * @throws ConfigurationError that names the share and what is wrong with it
 */
export function planShares(shares: readonly ShareOptions[]): SharePlan[] {
  return atOption('shares', () => plansOf(shares));
}

function plansOf(shares: readonly ShareOptions[]): SharePlan[] {
  if (!Array.isArray(shares) || shares.length > MOST_SHARES)
    throw new ConfigurationError(`shares is ${shown(shares)}; it must be an array of at most ${MOST_SHARES} folders`);
  const plans = shares.map((share, n) => atOption(n, () => planned(share, n)));
  const twice = plans.find(({ tag }, n) => plans.findIndex((other) => other.tag === tag) !== n);
  if (twice !== undefined)
    throw new ConfigurationError(`two shares have the tag '${twice.tag}'; give each folder a tag of its own`);
  return plans;
}

function planned(share: ShareOptions, n: number): SharePlan {
  const where = `shares[${n}]`;
  checkNames(where, share, optionNames);
  const { tag, readOnly = false } = share;
  if (typeof tag !== 'string' || !/^[!-~]+$/.test(tag) || tag.length > MOST_TAG)
    throw new ConfigurationError(`${where}.tag is ${shown(tag)}; give 1 to ${MOST_TAG} characters of ASCII`, 'tag');
  const isReadOnly = atOption('readOnly', () => checkedBoolean(`${where}.readOnly`, readOnly));
  return { name: `virtio-9p${n}`, where, tag, source: shareSource(where, share), isReadOnly };
}

/**
 * The source of a share's folder; undefined: it has none.
 * @param where its place in the options
 * @throws ConfigurationError
 */
export function shareSource(where: string, share: Omit<ShareOptions, 'tag'>): SharePlan['source'] {
  const { folder, securityModel = 'mapped-file', files, server, capacity = CAPACITY, provider } = share;
  if (provider !== undefined) return provider;
  atOption('folder', () => checkText(`${where}.folder`, folder));
  atOption('securityModel', () => checkedOneOf(`${where}.securityModel`, securityModel, securityModels));
  atOption('capacity', () => checkedInteger(`${where}.capacity`, capacity, 1, Number.MAX_SAFE_INTEGER));
  if (files === undefined && server === undefined) {
    if (share.capacity !== undefined)
      throw new ConfigurationError(`${where}.capacity is for files in memory (files, server)`, 'capacity');
    return folder === undefined ? undefined : { folder, securityModel };
  }
  if (files !== undefined) atOption('files', () => checkFiles(`${where}.files`, files));
  if (server !== undefined) atOption('server', () => checkServer(`${where}.server`, server));
  if (folder !== undefined || share.securityModel !== undefined)
    throw new ConfigurationError(`${where} has files in memory; leave out folder and securityModel`);
  return { files: files ?? {}, server, capacity };
}

function checkServer(where: string, server: ServerFolder): void {
  checkNames(where, server, ['index', 'contents']);
  for (const name of ['index', 'contents'] as const)
    if (typeof server[name] !== 'string' || server[name] === '')
      throw new ConfigurationError(`${where}.${name} is ${shown(server[name])}; it must be an address`, name);
}

function checkFiles(where: string, files: NonNullable<ShareOptions['files']>): void {
  // A Map, or an array, would look as if it were empty, or had names.
  if (Object.prototype.toString.call(files) !== '[object Object]')
    throw new ConfigurationError(`${where} is ${shown(files)}; it must be an object with paths and files`);
  for (const [path, file] of Object.entries(files)) {
    checkPath(where, path);
    atOption(path, () => checkedFile(`${where}['${path}']`, file));
  }
}

function checkPath(where: string, path: string): void {
  try {
    if (namesOf(path).length === 0) throw new ConfigurationError(`${where} has a file without a name`);
  } catch (error) {
    throw error instanceof ShareError ? new ConfigurationError(`${where}: ${error.message}`) : error;
  }
}
