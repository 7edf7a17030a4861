import { ConfigurationError } from '../errors.ts';
import { CONTAINER_ROOT, command, VOLUMES, volumeTag } from './agent.ts';
import type { ImageConfig } from './manifest.ts';
import { type ContainerUser, containerUser, type UserLists } from './users.ts';

/** What a process of a container is. */
export interface ProcessOptions {
  /** The command and its arguments. Default: that of the image; `exec` needs one. */
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

/** A folder of the host that a container has. */
export interface VolumeOptions {
  /** Its path at the host. */
  readonly folder: string;
  /** Its path in the container. */
  readonly path: string;
  /** The container can change nothing in it. Default: false. */
  readonly readOnly?: boolean;
}

/** A port of the host that leads to the container. */
export interface PublishedPort {
  /** Default: "tcp". */
  readonly protocol?: 'tcp' | 'udp';
  /** Where the host listens. Default: 127.0.0.1, so that no other host reaches the container. */
  readonly hostAddress?: string;
  readonly hostPort: number;
  readonly containerPort: number;
}

/** Size of a terminal, in characters. */
export interface TerminalSize {
  readonly rows: number;
  readonly columns: number;
}

/** What a container is made of. */
export interface ContainerSettings extends ProcessOptions {
  /** Goes before the command, in the place of the image's. `[]`: nothing. */
  readonly entrypoint?: readonly string[];
  /** Its name for itself. Default: "container". */
  readonly hostname?: string;
  /** The command has a terminal of this size: its output and errors come together, as `stdout`. */
  readonly terminal?: TerminalSize;
  /** Folders of the host, up to 7. */
  readonly volumes?: readonly VolumeOptions[];
  /** Paths of directories in memory, and mount options such as "size=16m". */
  readonly tmpfs?: Readonly<Record<string, string>>;
  /** "user": it reaches what the host reaches. "none": nothing. Default: "none" in the library, "user" on the command line. */
  readonly network?: 'user' | 'none';
  readonly ports?: readonly PublishedPort[];
  /** Nothing of the image can be changed, not even in memory. */
  readonly readOnly?: boolean;
  /** Process 1 is one that passes on signals and takes care of orphans, as Docker's `--init`. */
  readonly init?: boolean;
}

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
/** What execve(2) takes of arguments and environment: a quarter of the stack's 8 MB. */
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

export const HOSTNAME = 'container';

/**
 * A process of a container that runs.
 * @throws ConfigurationError
 */
export function furtherProcess(options: ProcessOptions, config: ImageConfig, lists: UserLists): ProcessPlan {
  const { command: words = [] } = options;
  if (words.length === 0) throw new ConfigurationError('exec needs a command');
  return plannedProcess(words, options, config, lists, { HOSTNAME });
}

function plannedProcess(
  words: readonly string[],
  options: ProcessOptions,
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

function enterWords({ user, group, groups }: ContainerUser, directory: string, words: readonly string[]): string[] {
  const all = groups.includes(group) ? groups : [group, ...groups];
  return [`${user}`, `${group}`, all.join(','), directory, ...words];
}

/** How a process is attached: to a terminal, or to streams of which the input may be empty. */
const kindOf = ({ terminal, input = false }: ContainerSettings) => (terminal ? 'terminal' : input ? 'input' : 'pipe');

/**
 * What the agent is to do for a container: a script.
 * @param now milliseconds since 1970
 * @throws ConfigurationError
 */
export function containerScript(settings: ContainerSettings, process: ProcessPlan, now: number): string {
  const { volumes = [], tmpfs = {}, hostname = HOSTNAME, terminal, network = 'none', directory } = settings;
  if (volumes.length > VOLUMES)
    throw new ConfigurationError(`a container can have ${VOLUMES} folders of the host, not ${volumes.length}`);
  if (!/^[A-Za-z0-9]([A-Za-z0-9.-]{0,62})$/.test(hostname))
    throw new ConfigurationError(`'${hostname}' is no name of a host`);
  for (const path of [...volumes.map((volume) => volume.path), ...Object.keys(tmpfs)]) checkPath(path, 'the path');
  const lines = [command('clock', `${Math.round(now / 1000)}`), command('root')];
  volumes.forEach(({ path, readOnly }, n) => {
    lines.push(command('volume', volumeTag(n), path, readOnly ? 'ro' : 'rw'));
  });
  for (const [path, options] of Object.entries(tmpfs)) lines.push(command('tmpfs', path, tmpfsOptions(options)));
  lines.push(command('file', '/etc/hostname', `${hostname}\n`));
  lines.push(command('file', '/etc/hosts', `127.0.0.1\tlocalhost\n10.0.2.15\t${hostname}\n`));
  if (network === 'user') lines.push(command('file', '/etc/resolv.conf', 'nameserver 10.0.2.3\n'));
  else lines.push(command('offline'));
  lines.push(command('chroot_mkdir', directory ?? process.words[3]!));
  if (settings.readOnly) lines.push(command('read_only'));
  if (terminal) lines.push(sizeCommand(terminal));
  const mode = settings.init ? 'init' : 'plain';
  lines.push(
    command(
      'run',
      '0',
      kindOf(settings),
      mode,
      hostname,
      ...process.environment,
      '/bin/enter',
      CONTAINER_ROOT,
      ...process.words,
    ),
  );
  return lines.join('');
}

function tmpfsOptions(text: string): string {
  if (!/^[\w=%,.-]*$/.test(text)) throw new ConfigurationError(`'${text}' are no options of a tmpfs`);
  return text === '' ? 'mode=1777' : text;
}

/** The terminal has this size from now on. */
export function sizeCommand({ rows, columns }: TerminalSize): string {
  return command('size', `${rows}`, `${columns}`);
}
