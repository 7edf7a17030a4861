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
import { atOption, ConfigurationError } from '../util/errors.ts';
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
  const { name, timeLimit, signal } = options;
  atOption('name', () => checkText('name', name));
  if (timeLimit !== undefined) atOption('timeLimit', () => checkedInteger('timeLimit', timeLimit, 1, 2 ** 31 - 1));
  if (signal !== undefined && !(signal instanceof AbortSignal))
    throw new ConfigurationError(`signal is ${shown(signal)}; it must be an AbortSignal`, 'signal');
}

/** Checks the types of a container's settings. */
export function checkSettings(settings: ContainerSettings): void {
  checkProcess(settings);
  const { entrypoint, hostname, terminal, volumes, tmpfs, network, ports, readOnly, init, capacity } = settings;
  checkTexts('entrypoint', entrypoint);
  atOption('hostname', () => checkText('hostname', hostname));
  if (terminal !== undefined) atOption('terminal', () => checkTerminal('terminal', terminal));
  checkObjects('volumes', volumes, volumeNames, checkVolume);
  checkTextsByName('tmpfs', tmpfs);
  if (network !== undefined) atOption('network', () => checkedOneOf('network', network, ['user', 'none']));
  checkObjects('ports', ports, publishedNames);
  if (capacity !== undefined)
    atOption('capacity', () => checkedInteger('capacity', capacity, 1, Number.MAX_SAFE_INTEGER));
  checkSwitches({ readOnly, init });
}

function checkVolume(where: string, { path, readOnly, ...source }: VolumeOptions): void {
  atOption('path', () => checkString(`${where}.path`, path));
  if (readOnly !== undefined) atOption('readOnly', () => checkedBoolean(`${where}.readOnly`, readOnly));
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
  atOption('directory', () => checkText('directory', directory));
  atOption('user', () => checkText('user', user));
  checkSwitches({ input });
}

function checkTexts(what: string, texts: readonly string[] | undefined): void {
  atOption(what, () => {
    checkArray(what, texts);
    for (const [n, text] of (texts ?? []).entries()) atOption(n, () => checkString(`${what}[${n}]`, text));
  });
}

function checkTextsByName(what: string, texts: Readonly<Record<string, string>> | undefined): void {
  if (texts === undefined) return;
  // A Map, or an array, would look as if it were empty, or had names.
  if (Object.prototype.toString.call(texts) !== '[object Object]')
    throw new ConfigurationError(`${what} is ${shown(texts)}; it must be an object with a text for each name`, what);
  for (const [name, text] of Object.entries(texts))
    atOption(what, () => atOption(name, () => checkString(`'${name}' of ${what}`, text)));
}

/** Checks the names that objects of a list have, and what more there is to check of each. */
function checkObjects<One extends object>(
  what: string,
  list: readonly One[] | undefined,
  names: readonly string[],
  check: (where: string, one: One) => void = () => {},
): void {
  atOption(what, () => {
    checkArray(what, list);
    for (const [n, one] of (list ?? []).entries())
      atOption(n, () => {
        checkNames(`${what}[${n}]`, one, names);
        check(`${what}[${n}]`, one);
      });
  });
}

function checkSwitches(switches: Readonly<Record<string, boolean | undefined>>): void {
  for (const [name, value] of Object.entries(switches))
    if (value !== undefined) atOption(name, () => checkedBoolean(name, value));
}
