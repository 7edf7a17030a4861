import { shareSource } from '../shares/options.ts';
import {
  checkArray,
  checkedBoolean,
  checkedInteger,
  checkedOneOf,
  checkNames,
  checkString,
  checkText,
  shown,
} from '../util/checks.ts';
import { ConfigurationError } from '../util/errors.ts';
import type { ContainerSettings, ProcessOptions, PublishedPort, TerminalSize, VolumeOptions } from './plan.ts';
import type { MachineSettings } from './running.ts';

// Checks of what callers without types give; each throws ConfigurationError that names the option.

const processNames: readonly (keyof ProcessOptions)[] = ['command', 'environment', 'directory', 'user', 'input'];
const settingNames: readonly (keyof MachineSettings)[] = [
  ...processNames,
  ...([
    'entrypoint',
    'hostname',
    'terminal',
    'volumes',
    'tmpfs',
    'network',
    'ports',
    'readOnly',
    'init',
    'capacity',
  ] as const),
  ...(['processor', 'timeLimit', 'name', 'signal'] as const),
];
const volumeNames: readonly (keyof VolumeOptions)[] = ['path', 'folder', 'files', 'server', 'capacity', 'readOnly'];
const publishedNames: readonly (keyof PublishedPort)[] = ['protocol', 'hostAddress', 'hostPort', 'containerPort'];
/** Lines or characters in a line of a terminal at most: struct winsize has 16 bits for each. */
const MOST_SIZE = 0xffff;

/** Checks the options of `exec`. */
export function checkExecOptions(options: ProcessOptions): void {
  checkNames('options', options, processNames);
  checkProcess(options);
}

/**
 * Checks a container's options.
 * @param more names of the host's own
 */
export function checkContainerOptions(options: MachineSettings, more: readonly string[]): void {
  checkNames('options', options, [...settingNames, ...more]);
  checkSettings(options);
  checkText('name', options.name);
  if (options.timeLimit !== undefined) checkedInteger('timeLimit', options.timeLimit, 1, 2 ** 31 - 1);
  const { signal } = options;
  if (signal !== undefined && !(signal instanceof AbortSignal))
    throw new ConfigurationError(`signal is ${shown(signal)}; it must be an AbortSignal`);
}

/** Checks the types of a container's settings. */
export function checkSettings(settings: ContainerSettings): void {
  checkProcess(settings);
  const { entrypoint, hostname, terminal, volumes, tmpfs, network, ports, readOnly, init, capacity } = settings;
  checkTexts('entrypoint', entrypoint);
  checkText('hostname', hostname);
  if (terminal !== undefined) checkTerminal('terminal', terminal);
  checkObjects('volumes', volumes, volumeNames);
  for (const [n, volume] of (volumes ?? []).entries()) checkVolume(`volumes[${n}]`, volume);
  checkTextsByName('tmpfs', tmpfs);
  if (network !== undefined) checkedOneOf('network', network, ['user', 'none']);
  checkObjects('ports', ports, publishedNames);
  if (capacity !== undefined) checkedInteger('capacity', capacity, 1, Number.MAX_SAFE_INTEGER);
  checkSwitches({ readOnly, init });
}

function checkVolume(where: string, { path, readOnly, ...source }: VolumeOptions): void {
  checkString(`${where}.path`, path);
  if (readOnly !== undefined) checkedBoolean(`${where}.readOnly`, readOnly);
  if (shareSource(where, source) === undefined)
    throw new ConfigurationError(`${where} has no files; give folder, files or server`);
}

/** Checks the size of a terminal. */
export function checkTerminal(what: string, size: TerminalSize): void {
  checkNames(what, size, ['rows', 'columns']);
  checkedInteger(`${what}.rows`, size.rows, 1, MOST_SIZE);
  checkedInteger(`${what}.columns`, size.columns, 1, MOST_SIZE);
}

function checkProcess({ command, environment, directory, user, input }: ProcessOptions): void {
  checkTexts('command', command);
  checkTextsByName('environment', environment);
  checkText('directory', directory);
  checkText('user', user);
  checkSwitches({ input });
}

function checkTexts(what: string, texts: readonly string[] | undefined): void {
  checkArray(what, texts);
  for (const [n, text] of (texts ?? []).entries()) checkString(`${what}[${n}]`, text);
}

function checkTextsByName(what: string, texts: Readonly<Record<string, string>> | undefined): void {
  if (texts === undefined) return;
  // A Map, or an array, would look as if it were empty, or had names.
  if (Object.prototype.toString.call(texts) !== '[object Object]')
    throw new ConfigurationError(`${what} is ${shown(texts)}; it must be an object with a text for each name`);
  for (const [name, text] of Object.entries(texts)) checkString(`'${name}' of ${what}`, text);
}

function checkObjects(what: string, list: readonly object[] | undefined, names: readonly string[]): void {
  checkArray(what, list);
  for (const [n, one] of (list ?? []).entries()) checkNames(`${what}[${n}]`, one, names);
}

function checkSwitches(switches: Readonly<Record<string, boolean | undefined>>): void {
  for (const [name, value] of Object.entries(switches)) if (value !== undefined) checkedBoolean(name, value);
}
