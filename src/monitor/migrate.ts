import type { Machine } from '../machine/machine.ts';
import { messageOf } from '../util/errors.ts';
import type { Command, CommandContext } from './command.ts';
import { MonitorError } from './error.ts';
import { infoMigrate, infoParameters } from './info-migrate.ts';
import { parseMegabytes, parseNumber } from './sizes.ts';

/**
 * Has the machine go to `uri`; what is under way then. With file: it stands still and is written as a whole.
 * Throws an Error in QEMU's words if it cannot begin.
 */
export function startMigration(
  uri: string,
  { machine, options }: Pick<CommandContext, 'machine' | 'options'>,
): Promise<void> {
  const [, kind, path] = /^(file|tcp|unix|exec|ws|wss):(.+)$/s.exec(uri) ?? [];
  if (kind === undefined) throw new MonitorError("Parameter 'uri' expects a valid migration protocol");
  machine.migration.checkFree();
  if (kind === 'file')
    return machine.migration.keep(async () => await options.writeFile(path, [await machine.snapshot()]));
  const { openChannel } = options;
  if (openChannel === undefined) throw new MonitorError(`this host has no '${kind}:'`);
  return machine.migration.send((cancelled) => openChannel(uri, cancelled));
}

/** Has a machine that was made for it arrive from `uri`. Throws an Error in QEMU's words if it cannot be waited for. */
export async function startArrival(
  uri: string,
  { machine, options }: Pick<CommandContext, 'machine' | 'options'>,
): Promise<void> {
  machine.migration.checkAwaited();
  if (!/^(file|tcp|unix|exec|ws|wss):/.test(uri)) throw new MonitorError(`unknown migration protocol: ${uri}`);
  const awaited = await options.awaitChannel?.(uri);
  if (awaited === undefined) throw new MonitorError('this host has none of these');
  machine.migration.receive(awaited.channel).catch(() => {});
}

async function migrate(uri: string, isDetached: boolean, context: CommandContext): Promise<void> {
  const done = startMigration(uri, context);
  if (isDetached) done.catch(() => {});
  else await done;
}

/** `cont`: a machine that is on its way here runs on when it has come. */
export async function resumeOrAwait(machine: Machine): Promise<void> {
  const resumed = machine.resume();
  if (machine.migration.isAwaited) resumed.catch(() => {});
  else await resumed;
}

/** Parameters by QEMU's names. */
const setters: Readonly<Record<string, (value: string) => object>> = {
  'downtime-limit': (value) => ({ downtimeLimit: parseNumber('downtime-limit', value) }),
  'max-bandwidth': (value) => ({ maxBandwidth: parseMegabytes(value) }),
};

function setParameter(name: string, value: string, { machine }: CommandContext): void {
  const setter = Object.hasOwn(setters, name) ? setters[name] : undefined;
  if (setter === undefined) throw new MonitorError(`Error: invalid parameter value: ${name}`);
  machine.migration.set(setter(value));
}

const uri = { name: 'uri', type: 'file' } as const;

/** Commands about moves to other processes, and from there. */
export const migrationCommands: readonly Command[] = [
  {
    names: ['migrate'],
    usage: '[-d] uri',
    help: 'migrate to URI (tcp:HOST:PORT, unix:PATH, exec:COMMAND, file:FILE, ws:HOST:PORT for a page that connects; using -d to not wait for completion)',
    parameters: [{ name: 'd', type: 'flag' }, uri],
    run: ({ words, flags }, context) =>
      migrate(words.uri, flags.has('d'), context).catch((error: unknown) => {
        throw new MonitorError(`Error: ${messageOf(error)}`);
      }),
  },
  {
    names: ['migrate_cancel'],
    usage: '',
    help: 'cancel the current VM migration',
    parameters: [],
    run: async (_, { machine }) => machine.migration.cancel(),
  },
  {
    names: ['migrate_incoming'],
    usage: 'uri',
    help: 'Continue an incoming migration from an -incoming defer',
    parameters: [uri],
    run: ({ words }, context) =>
      startArrival(words.uri, context).catch((error: unknown) => {
        throw new MonitorError(`Error: ${messageOf(error)}`);
      }),
  },
  {
    names: ['migrate_set_parameter'],
    usage: 'parameter value',
    help: 'Set the parameter for migration (downtime-limit, max-bandwidth)',
    parameters: [
      { name: 'parameter', type: 'word' },
      { name: 'value', type: 'word' },
    ],
    run: async ({ words }, context) => setParameter(words.parameter, words.value, context),
  },
];

/** The commands `info` about migrations. */
export const migrationInfo: readonly Command[] = [
  {
    names: ['migrate'],
    usage: '',
    help: 'show migration status',
    parameters: [],
    run: (_, context) => infoMigrate(context),
  },
  {
    names: ['migrate_parameters'],
    usage: '',
    help: 'show current migration parameters',
    parameters: [],
    run: (_, context) => infoParameters(context),
  },
];
