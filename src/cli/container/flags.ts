import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ConfigurationError, type ContainerOptions, type PublishedPort, type VolumeOptions } from '../../index.ts';

/** The options of a container from the flags of `container run`. */
export interface RunSettings extends Omit<ContainerOptions, 'image'> {
  /** -t */
  readonly isTerminal?: boolean;
}

interface RunFlag {
  readonly names: readonly string[];
  /** The value that follows it. A flag without one is a switch, whose value is "true" or "false". */
  readonly argument?: string;
  readonly help: string;
  apply(settings: RunSettings, value: string): RunSettings;
}

/** A switch that has no value of its own has this one. */
const ON = 'true';

/** Docker's flags, and Podman's `--timeout`, in the order of the help text. */
export const runFlags: readonly RunFlag[] = [
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
    help: "memory of the container's machine, in which what it writes is, too: 512m, 1g (default: 256m)",
    apply: (settings, memory) => ({ ...settings, memory: /^\d+b?$/i.test(memory) ? megabytes(memory) : memory }),
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
  {
    names: ['--creds'],
    argument: 'NAME:PASSWORD',
    help: 'for the registry',
    apply: (settings, credentials) => ({ ...settings, credentials }),
  },
  {
    names: ['--timeout'],
    argument: 'SECONDS',
    help: 'the container is ended after so many seconds',
    apply: (settings, text) => ({ ...settings, timeLimit: seconds(text) }),
  },
];

/** Docker's sizes without a unit are bytes. */
const megabytes = (text: string): number => Math.ceil(Number.parseInt(text, 10) / 2 ** 20);

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

function switchValue(name: string, value = ON): string {
  if (value !== ON && value !== 'false') throw new ConfigurationError(`${name}=${value}: give true or false`);
  return value;
}

interface GivenFlag {
  readonly name: string;
  readonly flag: RunFlag;
  /** Its argument, where that is in the same word. */
  readonly given: string | undefined;
}

/** The flags of a word: `--name=value`, or letters, of which the last one may have its argument behind it, as in `-itw/work`. */
function flagsOf(word: string): GivenFlag[] {
  if (!word.startsWith('--')) return lettersOf(word.slice(1));
  const [name = '', given] = word.split(/=(.*)/s);
  return [{ name, flag: flagNamed(name), given }];
}

function lettersOf(letters: string): GivenFlag[] {
  const name = `-${letters[0] ?? ''}`;
  const [flag, rest] = [flagNamed(name), letters.slice(1)];
  if (rest.startsWith('=')) return [{ name, flag, given: rest.slice(1) }];
  if (flag.argument !== undefined) return [{ name, flag, given: rest === '' ? undefined : rest }];
  return [{ name, flag, given: undefined }, ...(rest === '' ? [] : lettersOf(rest))];
}

function flagNamed(name: string): RunFlag {
  const flag = runFlags.find(({ names }) => names.includes(name));
  if (flag === undefined)
    throw new ConfigurationError(`container run: unknown flag '${name}'; container run --help says more`);
  return flag;
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
  let settings: RunSettings = { network: 'user' };
  const rest = [...words];
  while (rest[0]?.startsWith('-')) {
    const word = rest.shift()!;
    if (word === '--') break;
    for (const { name, flag, given } of flagsOf(word)) {
      const value = flag.argument === undefined ? switchValue(name, given) : (given ?? rest.shift());
      if (value === undefined) throw new ConfigurationError(`container run: ${name} needs ${flag.argument}`);
      settings = flag.apply(settings, value);
    }
  }
  const [image, ...command] = rest;
  if (image === undefined) throw new ConfigurationError('container run: give an image; container run --help says more');
  return { settings, image, command };
}
