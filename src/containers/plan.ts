import { MOUNT_OPTIONS } from '../ninep/protocol.ts';
import type { ShareOptions } from '../shares/options.ts';
import { ConfigurationError } from '../util/errors.ts';
import { CONTAINER_ROOT, command, ROOM, ROOT_TAG, VOLUMES, volumeTag } from './agent.ts';
import type { ImageConfig } from './manifest.ts';
import { Mount } from './mount-flags.ts';
import { hasSize, tmpfsMount } from './tmpfs.ts';
import { type ContainerUser, containerUser, type UserLists } from './users.ts';

/** Options of a container's process. */
export interface ProcessOptions {
  /** The command and its arguments. Default: that of the image; `exec` needs one, and has all else from the container's own settings. */
  readonly command?: readonly string[];
  /** Variables besides those of the image. */
  readonly environment?: Readonly<Record<string, string>>;
  /** The directory that it begins in; it is made. Default: that of the image. */
  readonly directory?: string;
  /** A name or number, and a group after a colon. Default: that of the image. */
  readonly user?: string;
  /** Whether `stdin` can be written; else it is empty. Default: false. */
  readonly input?: boolean;
}

/**
 * A folder that a container has besides its image: of the host (`folder`, in Node on Linux), in memory (`files`), or of a web server
 * (`server`).
 */
export interface VolumeOptions extends Pick<ShareOptions, 'folder' | 'files' | 'server' | 'capacity' | 'readOnly'> {
  /** Its path in the container. */
  readonly path: string;
}

/** A port of the host that leads to the container. */
export interface PublishedPort {
  /** Default: "tcp". */
  readonly protocol?: 'tcp' | 'udp';
  /** Where the host listens. Default: 127.0.0.1, so that no other host reaches the container. */
  readonly hostAddress?: string;
  /** The port of the host. */
  readonly hostPort: number;
  /** The port in the container. */
  readonly containerPort: number;
}

/** Size of a terminal, in characters. */
export interface TerminalSize {
  /** Lines of text. */
  readonly rows: number;
  /** Characters in a line. */
  readonly columns: number;
}

/** Settings of a container. */
export interface ContainerSettings extends ProcessOptions {
  /** Goes before the command, in the place of the image's. `[]`: nothing. */
  readonly entrypoint?: readonly string[];
  /** Its name for itself. Default: "container". */
  readonly hostname?: string;
  /** The command has a terminal of this size: its output and errors come together, as `stdout`. */
  readonly terminal?: TerminalSize;
  /** Folders besides the image, up to 7. */
  readonly volumes?: readonly VolumeOptions[];
  /** Paths of directories in memory, and mount options such as "size=16m". */
  readonly tmpfs?: Readonly<Record<string, string>>;
  /**
   * Bytes that the files take at most which the container writes outside of volumes and `tmpfs`, and into /dev/shm: more ends as "No space left
   * on device". Default: two thirds of what the kernel leaves of the machine's memory (138 of 256 MB), which directories of `tmpfs` without a size share in
   * equal parts.
   */
  readonly capacity?: number;
  /** "user": it reaches what the host reaches. "none": nothing. Default: "none" in the library, "user" on the command line. */
  readonly network?: 'user' | 'none';
  /** Ports of the host that lead to the container. */
  readonly ports?: readonly PublishedPort[];
  /** Nothing of the image can be changed, not even in memory. */
  readonly readOnly?: boolean;
  /** Process 1 is one that passes on signals and takes care of orphans, as Docker's `--init`. */
  readonly init?: boolean;
}

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
/** Largest size of arguments and environment for execve(2): a quarter of the stack's 8 MB. */
const MOST_ARGUMENTS = 2 << 20;
/** The longest path; one string may have 128 KB (binfmts.h). */
const [MOST_PATH, MOST_STRING] = [4096, 128 << 10];

/** The agent's way to start a process: before the words of the command line of `enter`. */
export interface ProcessPlan {
  readonly environment: readonly string[];
  readonly words: readonly string[];
}

/**
 * The process that a container begins with.
 * @throws ConfigurationError
 */
export function firstProcess(settings: ContainerSettings, config: ImageConfig, lists: UserLists): ProcessPlan {
  const { entrypoint, command: given, terminal, hostname = HOSTNAME } = settings;
  // As Docker: an entrypoint of one's own does away with the image's command.
  const words = [...(entrypoint ?? config.entrypoint), ...(given ?? (entrypoint ? [] : config.command))];
  if (words.length === 0) throw new ConfigurationError('the image has no command; give one');
  return plannedProcess(words, settings, config, lists, { HOSTNAME: hostname, ...(terminal && { TERM: 'xterm' }) });
}

const HOSTNAME = 'container';

/**
 * A process of a container that runs: as Docker's, it has the container's user, directory and variables unless it is given others.
 * @throws ConfigurationError
 */
export function furtherProcess(
  options: ProcessOptions,
  settings: ContainerSettings,
  config: ImageConfig,
  lists: UserLists,
): ProcessPlan {
  const { command: words = [] } = options;
  if (words.length === 0) throw new ConfigurationError('exec needs a command');
  const own = {
    environment: { ...settings.environment, ...options.environment },
    directory: options.directory ?? settings.directory,
    user: options.user ?? settings.user,
  };
  return plannedProcess(words, own, config, lists, { HOSTNAME: settings.hostname ?? HOSTNAME });
}

function plannedProcess(
  words: readonly string[],
  options: { readonly [Name in 'environment' | 'directory' | 'user']?: ProcessOptions[Name] | undefined },
  config: ImageConfig,
  lists: UserLists,
  own: Readonly<Record<string, string>>,
): ProcessPlan {
  const user = containerUser(options.user ?? config.user, lists);
  const given = Object.entries(options.environment ?? {});
  const wrong = given.find(([name]) => name === '' || name.includes('='));
  if (wrong) throw new ConfigurationError(`'${wrong[0]}' is no name of a variable`);
  const image = config.environment.filter((text) => text.indexOf('=') > 0).map(splitVariable);
  const variables = new Map([['PATH', PATH], ...Object.entries(own), ['HOME', user.home], ...image, ...given]);
  const environment = [...variables].map(([name, value]) => `${name}=${value}`);
  const directory = options.directory ?? config.directory;
  checkStrings([...words, ...environment], directory);
  return { environment, words: enterWords(user, directory, words) };
}

function splitVariable(text: string): [string, string] {
  const at = text.indexOf('=');
  return [text.slice(0, at), text.slice(at + 1)];
}

function checkStrings(strings: readonly string[], directory: string): void {
  const bytes = strings.reduce((sum, text) => sum + text.length * 3 + 8, 0);
  if (bytes > MOST_ARGUMENTS || strings.some((text) => text.length * 3 > MOST_STRING))
    throw new ConfigurationError('the command and its variables are longer than Linux takes');
  checkPath(directory, 'the directory');
  if (strings.some((text) => text.includes('\0')))
    throw new ConfigurationError('a NUL character can be in no argument and no variable');
}

function checkPath(path: string, what: string): void {
  if (!path.startsWith('/') || path.includes('\0') || path.length > MOST_PATH)
    throw new ConfigurationError(`${what} '${path}' is no path from the root on, such as /data`);
}

/** Paths of the container at which it has something else than the image. */
export function mountPoints({ volumes = [], tmpfs = {} }: ContainerSettings): readonly string[] {
  return [...volumes.map(({ path }) => path), ...Object.keys(tmpfs)];
}

/** The root cannot be one: what is mounted there is seen by nobody who has that root already. */
function checkMountPoint(path: string): void {
  checkPath(path, 'the path');
  const depth = path.split('/').reduce((sum, name) => {
    if (name === '' || name === '.') return sum;
    return name === '..' ? Math.max(0, sum - 1) : sum + 1;
  }, 0);
  if (depth === 0)
    throw new ConfigurationError(`nothing can be mounted at '${path}', the root; give a path below it, such as /data`);
}

/** Memory that the kernel and a container's first programs take, with what the kernel keeps free. */
const BASE_BYTES = 48 << 20;
/** The least that files have, however small the machine is. */
const LEAST_ROOM = 1 << 20;

/**
 * Bytes of files that a machine of so much memory has room for: two thirds of what the kernel and the first programs leave. With less for programs
 * the kernel would end a process before a file system is full.
 */
export function fileRoom(memoryBytes: number): number {
  return Math.max(LEAST_ROOM, Math.floor(((memoryBytes - BASE_BYTES) * 2) / 3));
}

/** The size of each file system in memory that is given none: they share the room in equal parts. */
function sharedSize({ capacity, tmpfs = {} }: ContainerSettings, room: number): number {
  const without = Object.values(tmpfs).filter((text) => !hasSize(text)).length + (capacity === undefined ? 1 : 0);
  return Math.floor(room / Math.max(1, without));
}

/** Where the directory is among the words of the last step. */
const DIRECTORY_WORD = 3;

function enterWords({ user, group, groups }: ContainerUser, directory: string, words: readonly string[]): string[] {
  const all = groups.includes(group) ? groups : [group, ...groups];
  return [`${user}`, `${group}`, all.join(','), directory, ...words];
}

const mount = (source: string, path: string, type: string, flags: number, options: string): string[] => [
  'm',
  source,
  path,
  type,
  `${flags}`,
  options,
];

/** The directory, and those that it is in. */
function directories(path: string): string[] {
  const names = path.split('/').filter((name) => name !== '');
  return names.flatMap((_, n) => ['d', `/${names.slice(0, n + 1).join('/')}`]);
}

/** The image with room for changes, and what the kernel shows of itself: as the guest's own root has them. */
const rootSteps: readonly string[] = [
  ...mount(ROOT_TAG, '/c/image', '9p', Mount.readOnly, `${MOUNT_OPTIONS},cache=loose`),
  ...mount('overlay', CONTAINER_ROOT, 'overlay', 0, 'lowerdir=/c/image,upperdir=/c/upper,workdir=/c/work'),
  ...['/dev', '/proc', '/sys'].flatMap((path) => ['d', `${CONTAINER_ROOT}${path}`]),
  ...mount('/c/dev', `${CONTAINER_ROOT}/dev`, '', Mount.bind, ''),
  ...['/pts', '/shm'].flatMap((path) => mount(`/c/dev${path}`, `${CONTAINER_ROOT}/dev${path}`, '', Mount.bind, '')),
  ...mount('proc', `${CONTAINER_ROOT}/proc`, 'proc', 0, ''),
  ...mount('sysfs', `${CONTAINER_ROOT}/sys`, 'sysfs', Mount.readOnly, ''),
  'r',
  CONTAINER_ROOT,
];

/** The steps of the container's first process, for the program that prepares it (enter.ts). */
function steps(settings: ContainerSettings, { words }: ProcessPlan, { now, entropy, room }: Fresh): string[] {
  const { volumes = [], tmpfs = {}, hostname = HOSTNAME, network = 'none', readOnly } = settings;
  const size = sharedSize(settings, room);
  return [
    't',
    `${Math.round(now / 1000)}`,
    'e',
    entropy,
    'h',
    hostname,
    ...mount('', ROOM, '', Mount.remount, `size=${settings.capacity ?? size}`),
    ...rootSteps,
    ...volumes.flatMap((volume, n) => [
      ...directories(volume.path),
      ...mount(volumeTag(n), volume.path, '9p', volume.readOnly ? Mount.readOnly : 0, MOUNT_OPTIONS),
    ]),
    ...Object.entries(tmpfs).flatMap(([path, text]) => {
      const { flags, options } = tmpfsMount(text, `${size}`);
      return [...directories(path), ...mount('tmpfs', path, 'tmpfs', flags, options)];
    }),
    ...directories('/etc'),
    ...['f', '/etc/hostname', `${hostname}\n`],
    ...['f', '/etc/hosts', `127.0.0.1\tlocalhost\n10.0.2.15\t${hostname}\n`],
    ...(network === 'user' ? ['f', '/etc/resolv.conf', 'nameserver 10.0.2.3\n'] : []),
    ...directories(words[DIRECTORY_WORD]!),
    ...(readOnly ? mount('', '/', '', Mount.remount | Mount.readOnly, '') : []),
    'x',
    ...words,
  ];
}

/** Scripts for the guest that start a container: one for the port `start`, and one for `control`. */
export interface ContainerScripts {
  readonly start: string;
  readonly control: string;
}

/** Data from the host for a container's kernel, which goes on from a snapshot that others have, too. */
export interface Fresh {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Random bytes in hexadecimal digits. */
  readonly entropy: string;
  /** Bytes of files in memory that its machine has room for. */
  readonly room: number;
}

/**
 * The guest's scripts for a container.
 * @throws ConfigurationError
 */
export function containerScripts(settings: ContainerSettings, process: ProcessPlan, fresh: Fresh): ContainerScripts {
  const { volumes = [], hostname = HOSTNAME, terminal, network = 'none', input, init } = settings;
  if (volumes.length > VOLUMES)
    throw new ConfigurationError(`a container can have ${VOLUMES} volumes, not ${volumes.length}`);
  if (!/^[A-Za-z0-9]([A-Za-z0-9.-]{0,62})$/.test(hostname))
    throw new ConfigurationError(`'${hostname}' is no name of a host`);
  for (const path of mountPoints(settings)) checkMountPoint(path);
  const streams = terminal ? command('terminal') : input ? '' : command('no_input');
  const enter = ['/bin/enter', ...steps(settings, process, fresh)];
  return {
    start: `${streams}${command(init ? 'start_child' : 'start', ...process.environment, ...enter)}`,
    control: `${terminal ? sizeCommand(terminal) : ''}${network === 'none' ? command('offline') : ''}`,
  };
}

/** The command of the agent that starts one more process, with the streams of a number. */
export function execCommand(stream: number, { environment, words }: ProcessPlan): string {
  const enter = ['/bin/enter', 'r', CONTAINER_ROOT, ...directories(words[DIRECTORY_WORD]!), 'x', ...words];
  return command('exec_in', `${stream}`, ...environment, ...enter);
}

/** The terminal has this size from now on. */
export function sizeCommand({ rows, columns }: TerminalSize): string {
  return command('size', `${rows}`, `${columns}`);
}
