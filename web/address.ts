import { imageNames, machineNames } from '../src/browser/element-options.ts';
import { isKept } from '../src/browser/files.ts';
import { checkedOneOf, checkNames } from '../src/util/checks.ts';
import { systems } from './systems.ts';

/** Names whose presence alone has a meaning. */
const flags: readonly string[] = ['run', 'muted'];
/**
 * Names in the page's address besides those of a machine's description: a state that it goes on from, a built-in system, to start
 * at once, and to begin silent.
 */
const pageNames = ['state', 'system', 'run', 'muted'] as const;
const names: readonly string[] = [...machineNames, ...pageNames];

/** A machine as the address describes it: values by names of `machineNames` and `pageNames`. */
export type Settings = ReadonlyMap<string, string>;

const entriesOf = (hash: string): [string, string][] => [...new URLSearchParams(hash.replace(/^#/, ''))];

/** Reads `#system=demo&memory=64`. Names that nobody knows are left out: a saved machine may be of another version. */
export function settingsOf(hash: string): Settings {
  return new Map(entriesOf(hash).filter(([name]) => names.includes(name)));
}

/** @throws ConfigurationError for a name that nobody knows, and for a system that isn't there */
export function checkAddress(hash: string): void {
  checkNames('the address', Object.fromEntries(entriesOf(hash)), names);
  const system = settingsOf(hash).get('system');
  const known = systems.map(({ name }) => name);
  if (system !== undefined) checkedOneOf('system', system, known);
}

/**
 * Whether the machine starts with the page. One that could write to a disk that the browser keeps, as one that goes on from a state could, in
 * which that disk is named, or has a network, waits for the user: anybody can make a link that boots a kernel of theirs on it.
 */
export function startsAtOnce(settings: Settings): boolean {
  const keepsDisk = imageNames.some((name) => isKept(settings.get(name) ?? ''));
  return settings.has('run') && !keepsDisk && !settings.has('state') && !settings.has('network');
}

/** The part of an address that describes these settings; those without a value are left out. */
export function hashOf(settings: Settings): string {
  const entries = [...settings].filter(
    ([name, value]) => names.includes(name) && (value !== '' || flags.includes(name)),
  );
  return `#${new URLSearchParams(entries)}`;
}
