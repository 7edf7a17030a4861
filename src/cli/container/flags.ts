import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ConfigurationError, type ContainerOptions, type PublishedPort, type VolumeOptions } from '../../index.ts';
import { megabytesOf, sizeOf } from './sizes.ts';
import { type ContainerFlag, ON, readFlags } from './words.ts';

/** The options of a container from the flags of `container run`. */
export interface RunSettings extends Omit<ContainerOptions, 'image'> {
  /** -t */
  readonly isTerminal?: boolean;
}

/** Settings that come with the name of an image. */
export type RequestSettings = Pick<ContainerOptions, 'credentials'>;

/** The platform of images: there is one, for which scripts may ask. */
const platformFlag: ContainerFlag<object> = {
  names: ['--platform'],
  argument: 'linux/386',
  help: 'what images are for: nothing else runs here',
  apply: (settings, text) => {
    if (text !== 'linux/386') throw new ConfigurationError(`--platform ${text}: images for linux/386 alone run here`);
    return settings;
  },
};

const credentialsFlag: ContainerFlag<RequestSettings> = {
  names: ['--creds'],
  argument: 'NAME:PASSWORD',
  help: 'for the registry',
  apply: (settings, credentials) => ({ ...settings, credentials }),
};

/** Flags of `container pull`. */
export const pullFlags: readonly ContainerFlag<RequestSettings>[] = [platformFlag, credentialsFlag];

/** Flags of `container machine`. */
export const machineFlags: readonly ContainerFlag<{ readonly memory?: number }>[] = [
  {
    names: ['-m', '--memory'],
    argument: 'SIZE',
    help: 'memory of the machine',
    apply: (settings, text) => ({ ...settings, memory: megabytesOf('-m', text) }),
  },
];

/** Flags of `container images`. */
export const imagesFlags: readonly ContainerFlag<{ readonly isJson: boolean }>[] = [
  { names: ['--json'], help: 'JSON', apply: (settings, value) => ({ ...settings, isJson: value === ON }) },
];

/** Docker's flags, and Podman's `--timeout`, in the order of the help text. */
export const runFlags: readonly ContainerFlag<RunSettings>[] = [
  {
    names: ['-i', '--interactive'],
    help: 'standard input goes to the command',
    apply: (settings, value) => ({ ...settings, input: value === ON }),
  },
  {
    names: ['-t', '--tty'],
    help: 'the command has a terminal',
    apply: (settings, value) => ({ ...settings, isTerminal: value === ON }),
  },
  {
    names: ['--rm'],
    help: 'nothing is kept of a container: that is so anyway',
    apply: (settings) => settings,
  },
  {
    names: ['--name'],
    argument: 'NAME',
    help: "what the machine's thread is called",
    apply: (settings, name) => ({ ...settings, name }),
  },
  {
    names: ['-e', '--env'],
    argument: 'NAME[=VALUE]',
    help: "a variable; without a value: the host's",
    apply: (settings, text) => withVariables(settings, [text]),
  },
  {
    names: ['--env-file'],
    argument: 'FILE',
    help: 'variables, one a line; lines with # in front are left out',
    apply: (settings, file) => withVariables(settings, environmentLines(file)),
  },
  {
    names: ['-v', '--volume'],
    argument: 'FOLDER:PATH[:ro]',
    help: 'a folder of the host, up to 7',
    apply: (settings, text) => ({ ...settings, volumes: [...(settings.volumes ?? []), volume(text)] }),
  },
  {
    names: ['-w', '--workdir'],
    argument: 'PATH',
    help: 'the directory that the command begins in',
    apply: (settings, directory) => ({ ...settings, directory }),
  },
  {
    names: ['-u', '--user'],
    argument: 'USER[:GROUP]',
    help: 'who the command is: names of the image, or numbers',
    apply: (settings, user) => ({ ...settings, user }),
  },
  {
    names: ['--entrypoint'],
    argument: 'COMMAND',
    help: "goes before the command, in the place of the image's",
    apply: (settings, text) => ({ ...settings, entrypoint: text === '' ? [] : [text] }),
  },
  {
    names: ['-p', '--publish'],
    argument: '[ADDRESS:]PORT:PORT[/udp]',
    help: 'a port of the host that leads to one of the container; ADDRESS: 127.0.0.1 unless it is said',
    apply: (settings, text) => ({ ...settings, ports: [...(settings.ports ?? []), published(text)] }),
  },
  {
    names: ['--network', '--net'],
    argument: 'user|none',
    help: 'what the container reaches: what the host does (default), or nothing',
    apply: (settings, text) => {
      if (text !== 'user' && text !== 'none')
        throw new ConfigurationError(`there is no network '${text}'; give user or none`);
      return { ...settings, network: text };
    },
  },
  {
    names: ['--read-only'],
    help: 'nothing of the image can be changed',
    apply: (settings, value) => ({ ...settings, readOnly: value === ON }),
  },
  {
    names: ['--tmpfs'],
    argument: 'PATH[:OPTIONS]',
    help: 'a directory in memory',
    apply: (settings, text) => {
      const [path = '', options = ''] = text.split(/:(.*)/s);
      return { ...settings, tmpfs: { ...settings.tmpfs, [path]: options } };
    },
  },
  {
    names: ['-m', '--memory'],
    argument: 'SIZE',
    help: "memory of the container's machine, in which what it writes is, too: 512m, 1g (default: 256m; a number alone is bytes)",
    apply: (settings, text) => ({ ...settings, memory: megabytesOf('-m', text) }),
  },
  {
    names: ['--storage-opt'],
    argument: 'size=SIZE',
    help: 'the most that it writes outside of -v and --tmpfs: size=64m (default: 138m of 256m of memory)',
    apply: (settings, text) => ({ ...settings, capacity: storage(text) }),
  },
  {
    names: ['--machine'],
    argument: 'FILE',
    help: "a machine that 'container machine' has made, in the place of the one in the cache; it needs no apt client",
    apply: (settings, machine) => ({ ...settings, machine: resolve(machine) }),
  },
  {
    names: ['--cpus'],
    argument: 'NUMBER',
    help: 'how much of a processor it may take, up to 1',
    apply: (settings, text) => ({ ...settings, processor: share(text) }),
  },
  {
    names: ['-h', '--hostname'],
    argument: 'NAME',
    help: "the container's name for itself",
    apply: (settings, hostname) => ({ ...settings, hostname }),
  },
  {
    names: ['--init'],
    help: 'process 1 is one that passes on signals and takes care of orphans',
    apply: (settings, value) => ({ ...settings, init: value === ON }),
  },
  platformFlag,
  {
    names: ['--pull'],
    argument: 'missing|always|never',
    help: 'when a registry is asked for the image (default: missing)',
    apply: (settings, text) => {
      if (text !== 'missing' && text !== 'always' && text !== 'never')
        throw new ConfigurationError(`--pull ${text}: give missing, always or never`);
      return { ...settings, pull: text };
    },
  },
  credentialsFlag,
  {
    names: ['--timeout'],
    argument: 'SECONDS',
    help: 'the container is ended after so many seconds',
    apply: (settings, text) => ({ ...settings, timeLimit: seconds(text) }),
  },
];

/** Docker's option of its storage drivers. */
function storage(text: string): number {
  const [, size] = /^size=(.+)$/.exec(text) ?? [];
  if (size === undefined) throw new ConfigurationError(`--storage-opt ${text}: give size=SIZE, such as size=64m`);
  return sizeOf('--storage-opt size', size);
}

function share(text: string): number {
  const count = Number(text);
  if (!(count > 0 && count <= 1))
    throw new ConfigurationError(`--cpus ${text}: a container's machine has one processor; give a number up to 1`);
  return Math.max(1, Math.round(count * 100));
}

/** The longest time that a timer can have: its milliseconds are a number of 32 bits with a sign. */
const MOST_SECONDS = 2_147_483;

function seconds(text: string): number {
  const count = Number(text);
  if (!(count > 0 && count <= MOST_SECONDS))
    throw new ConfigurationError(`--timeout ${text}: give a number of seconds, up to ${MOST_SECONDS}`);
  return Math.ceil(count * 1000);
}

function withVariables(settings: RunSettings, texts: readonly string[]): RunSettings {
  const given = texts.flatMap((text) => {
    const at = text.indexOf('=');
    if (at === 0 || text === '') throw new ConfigurationError(`-e '${text}': give NAME=VALUE, or NAME`);
    if (at >= 0) return [[text.slice(0, at), text.slice(at + 1)]];
    const value = process.env[text];
    return value === undefined ? [] : [[text, value]];
  });
  return { ...settings, environment: { ...settings.environment, ...Object.fromEntries(given) } };
}

function environmentLines(file: string): string[] {
  try {
    const lines = readFileSync(file, 'utf8').split(/\r?\n/);
    return lines.map((line) => line.trimStart()).filter((line) => line !== '' && !line.startsWith('#'));
  } catch (error) {
    throw new ConfigurationError(`--env-file ${file}: ${(error as Error).message}`);
  }
}

function volume(text: string): VolumeOptions {
  const [folder = '', path = '', mode, ...more] = text.split(':');
  if (folder === '' || path === '' || more.length > 0 || ![undefined, 'ro', 'rw'].includes(mode))
    throw new ConfigurationError(`-v ${text}: give FOLDER:PATH, with :ro behind it where nothing is to be changed`);
  if (!/[/.]/.test(folder))
    throw new ConfigurationError(`-v ${text}: there are no volumes with names; for a folder give ./${folder}:${path}`);
  return { folder: resolve(folder), path, readOnly: mode === 'ro' };
}

function published(text: string): PublishedPort {
  const match = /^(?:(\d+(?:\.\d+){3}):)?(\d+):(\d+)(?:\/(tcp|udp))?$/.exec(text);
  if (!match) throw new ConfigurationError(`-p ${text}: give [ADDRESS:]PORT:PORT, with /udp behind it where it is UDP`);
  const [, hostAddress, hostPort, containerPort, protocol = 'tcp'] = match;
  const isPort = (port: string | undefined) => Number(port) >= 1 && Number(port) <= 65535;
  if (!isPort(hostPort) || !isPort(containerPort))
    throw new ConfigurationError(`-p ${text}: ports are from 1 to 65535`);
  return {
    protocol: protocol as 'tcp' | 'udp',
    ...(hostAddress && { hostAddress }),
    hostPort: Number(hostPort),
    containerPort: Number(containerPort),
  };
}

/** The words of `container run`. */
export interface RunWords {
  readonly settings: RunSettings;
  readonly image: string;
  readonly command: readonly string[];
}

/**
 * Flags, the image, and the command: what follows the image is the command's.
 * @throws ConfigurationError
 */
export function parseRun(words: readonly string[]): RunWords {
  const { settings, rest } = readFlags<RunSettings>('run', runFlags, words, { network: 'user' });
  const [image, ...command] = rest;
  if (image === undefined) throw new ConfigurationError('container run: give an image; container --help says more');
  return { settings, image, command };
}
