import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { MachineLimits } from 'rawiron';
import { type ConfinementSettings, checkTenants, chooseConfinement } from '../confined/apart.ts';
import type { Confinement } from '../confined/confinement.ts';
import { FleetError } from '../error.ts';
import { openStore } from '../open-store.ts';
import { connector } from '../redis.ts';
import { checkRedisSettings, type FleetPart } from '../redis-settings.ts';
import type { ObjectStore } from '../store.ts';

/** A flag of a command. */
export interface Flag {
  /** Shown for its value; left out: it is a switch. */
  readonly value?: string;
  readonly help: string;
}

/** A command's flags by their names. */
export type Flags = Readonly<Record<string, Flag>>;

/** The words of a command line. */
export interface Words {
  readonly values: Readonly<Record<string, string | boolean | undefined>>;
  readonly rest: readonly string[];
}

/** Flags of every command that needs the fleet. */
export const placeFlags: Flags = {
  redis: { value: 'URL', help: 'the Redis of the fleet (RAWIRON_REDIS; redis://127.0.0.1:6379)' },
  store: {
    value: 'PLACE',
    help: 'a folder that all hosts share, or s3://BUCKET/PREFIX (RAWIRON_STORE; ~/.local/share/rawiron-fleet)',
  },
};

/** Flags of every command that has machines. */
export const limitFlags: Flags = {
  processor: { value: 'PERCENT', help: 'what a machine may take of a processor' },
  memory: { value: 'SIZE', help: "what a machine may take of the host's memory, such as 512M" },
};

/** Flags of every command that has machines of others. */
export const confinementFlags: Flags = {
  isolate: { help: 'each machine is in a process of its own; those of tenants always are' },
  uid: { value: 'N', help: 'user and group of such processes; for root only' },
  cgroup: { value: 'FOLDER', help: 'of cgroup v2, in which each of them gets a group with limits' },
  wrapper: { value: 'COMMAND', help: 'starts each of them; none: nothing does (bubblewrap, if it works here)' },
  unconfined: { help: "tenants' may run where they can end others of this user" },
};

/** Flags of every command that serves until it is asked to end. */
export const strictFlags: Flags = {
  strict: { help: 'refuses a Redis that may lose what it has acknowledged, in the place of a warning' },
};

/** Tells of settings of Redis by which a fleet may lose something. @throws FleetError if that is refused */
export async function checkSettings(words: Words, part: FleetPart, log: (message: string) => void): Promise<void> {
  const redis = connectorOf(placeOf(words))();
  try {
    await checkRedisSettings(redis, { part, isStrict: words.values.strict === true, log });
  } finally {
    redis.disconnect();
  }
}

/** @throws FleetError for a flag that there is not */
export function parsed(args: readonly string[], flags: Flags): Words {
  const options = Object.fromEntries(
    Object.entries(flags).map(([name, { value }]) => [
      name,
      { type: value === undefined ? 'boolean' : 'string' } as const,
    ]),
  );
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    return { values: values as Words['values'], rest: positionals };
  } catch (error) {
    throw new FleetError((error as Error).message);
  }
}

/** The value of a flag; undefined: it is not given. */
export function text({ values }: Words, name: string): string | undefined {
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
}

/** The image that `--image` names. @throws FleetError if it is not given */
export function imageOf(words: Words): string {
  const image = text(words, 'image');
  if (image === undefined) throw new FleetError("give --image NAME; 'rawiron-fleet image list' shows which there are");
  return image;
}

/** @throws FleetError for what is no number */
export function number(words: Words, name: string): number | undefined {
  const value = text(words, name);
  if (value === undefined) return undefined;
  if (!/^\d+$/.test(value)) throw new FleetError(`--${name} ${value}: give a whole number`);
  return Number(value);
}

export function limitsOf(words: Words): MachineLimits {
  const [processor, memory] = [number(words, 'processor'), text(words, 'memory')];
  return { ...(processor !== undefined && { processor }), ...(memory !== undefined && { memory }) };
}

/** Columns as wide as they must be. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((word, column) => word.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Bytes; undefined: the flag is not given. @throws FleetError for what is no size */
export function sizeOf(words: Words, name: string): number | undefined {
  const size = text(words, name);
  if (size === undefined) return undefined;
  const [, digits, unit] = size.match(/^(\d+)([MG])$/) ?? [];
  if (digits === undefined) throw new FleetError(`--${name} ${size}: give a size such as 512M or 8G`);
  return Number(digits) * (unit === 'G' ? 2 ** 30 : 2 ** 20);
}

/**
 * How processes are confined here.
 * @throws FleetError for what does not work here, or is only for root, and if the fleet has tenants whose processes must not be started here
 */
export async function confinementOf(words: Words, place: Place, log: (message: string) => void): Promise<Confinement> {
  const [uid, cgroup, wrapper] = [number(words, 'uid'), text(words, 'cgroup'), text(words, 'wrapper')];
  if (uid !== undefined && process.getuid?.() !== 0)
    throw new FleetError('--uid: only root can run processes as others');
  const settings: ConfinementSettings = {
    ...(uid !== undefined && { uid }),
    ...(cgroup !== undefined && { cgroup }),
    ...(wrapper !== undefined && { wrapper }),
    isUnconfined: words.values.unconfined === true,
  };
  const confinement = await chooseConfinement(settings, log);
  const redis = connectorOf(place)();
  await checkTenants(redis, confinement).finally(() => redis.disconnect());
  return confinement;
}

/** The name of a host or a gateway. @throws FleetError for what is none */
export function nameOf(words: Words): { name?: string } {
  const name = text(words, 'name');
  if (name === undefined) return {};
  if (/^[\w.-]{1,63}$/.test(name)) return { name };
  throw new FleetError(`--name ${name}: give letters, digits, . _ -, up to 63 of them`);
}

/** Where the fleet is. */
export interface Place {
  readonly redis: string;
  readonly store: ObjectStore;
}

export function placeOf(words: Words): Place {
  const redis = text(words, 'redis') ?? process.env.RAWIRON_REDIS ?? 'redis://127.0.0.1:6379';
  const place = text(words, 'store') ?? process.env.RAWIRON_STORE ?? ownFolder;
  return { redis, store: openStore(place, process.env) };
}

/** The folder of whoever says nothing else. */
export const ownFolder: string = join(homedir(), '.local', 'share', 'rawiron-fleet');

export const connectorOf = ({ redis }: Place) => connector(redis, log);

/** A line for people, beside what programs read. */
export function log(message: string): void {
  process.stderr.write(`rawiron-fleet: ${message}\n`);
}

/** Resolves when the process is asked to end. */
export function asked(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
}
