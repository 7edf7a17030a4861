import { FleetError } from '../error.ts';
import { FleetMachines, type MachineStart } from '../machines/machines.ts';
import type { HostRecord, MachineRecord } from '../machines/record.ts';
import {
  connectorOf,
  type Flags,
  imageOf,
  limitFlags,
  limitsOf,
  number,
  parsed,
  placeFlags,
  placeOf,
  table,
  type Words,
} from './settings.ts';

export const startFlags: Flags = {
  ...placeFlags,
  image: { value: 'NAME', help: 'the image that it goes on from' },
  checkpoint: { value: 'SECONDS', help: 'how often its state is put into the store; 0: never by itself (60)' },
  idle: { value: 'SECONDS', help: 'when nobody has used its console for so long, it is suspended until somebody does' },
  restart: { help: 'when its host is lost, it goes on from its last checkpoint elsewhere (so it is anyway)' },
  lost: { help: 'when its host is lost, it waits for resume' },
  ...limitFlags,
};
export const machineFlags: Flags = placeFlags;
export const psFlags: Flags = { ...placeFlags, json: { help: 'all that is known, as JSON' } };

/** Does something with the fleet's machines, whose names are the words. */
async function withMachines(
  words: Words,
  usage: string,
  act: (machines: FleetMachines, names: readonly string[]) => Promise<void>,
): Promise<number> {
  const count = usage.match(/[A-Z]+/g)?.length ?? 0;
  if (words.rest.length !== count) throw new FleetError(`give ${usage}`);
  const place = placeOf(words);
  await using machines = new FleetMachines(connectorOf(place), place.store);
  await act(machines, words.rest);
  return 0;
}

export async function startCommand(args: readonly string[]): Promise<number> {
  const words = parsed(args, startFlags);
  return await withMachines(words, 'start NAME', async (machines, [name]) => {
    await machines.start(name!, startOf(words));
    const { owner } = await machines.running(name!);
    say(`${name} runs on ${owner}`);
  });
}

function startOf(words: Words): MachineStart {
  const image = imageOf(words);
  const { restart, lost } = words.values;
  if (restart === true && lost === true) throw new FleetError('--restart and --lost: give one of them');
  const [every, idle] = [number(words, 'checkpoint'), number(words, 'idle')];
  return {
    ...{ image, policy: lost === true ? 'lost' : 'restart', limits: limitsOf(words) },
    ...(every !== undefined && { every }),
    ...(idle !== undefined && { idle }),
  };
}

/** `ps`: machines and hosts. */
export async function psCommand(args: readonly string[]): Promise<number> {
  const words = parsed(args, psFlags);
  return await withMachines(words, 'ps', async (machines) => {
    const [all, hosts] = [await machines.list(), await machines.hosts()];
    if (words.values.json === true) return say(JSON.stringify({ machines: all, hosts }));
    const rows = [['NAME', 'STATE', 'HOST', 'MEMORY', 'CHECKPOINT', ''], ...all.map(machineRow)];
    say(table(rows));
    say(`\n${table([['HOST', 'MACHINES', 'MEMORY', 'FREE'], ...hosts.map(hostRow)])}`);
  });
}

const machineRow = ({ name, state, owner, memory, taken, problem }: MachineRecord): string[] => [
  ...[name, state, owner || '-', sizeText(memory)],
  taken === 0 ? '-' : new Date(taken).toISOString().slice(0, 19),
  state === 'running' ? '' : problem,
];

const hostRow = ({ id, machines, memory, free }: HostRecord): string[] => [
  ...[id, `${machines}`, sizeText(memory), sizeText(free)],
];

const sizeText = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MB`;

export async function suspendCommand(args: readonly string[]): Promise<number> {
  return await withMachines(parsed(args, machineFlags), 'suspend NAME', async (machines, [name]) => {
    await machines.suspend(name!);
    say(`${name} is suspended`);
  });
}

export async function resumeCommand(args: readonly string[]): Promise<number> {
  return await withMachines(parsed(args, machineFlags), 'resume NAME', async (machines, [name]) => {
    await machines.resume(name!);
    const { owner } = await machines.running(name!);
    say(`${name} runs on ${owner}`);
  });
}

export async function stopCommand(args: readonly string[]): Promise<number> {
  return await withMachines(parsed(args, machineFlags), 'stop NAME', async (machines, [name]) => {
    await machines.stop(name!);
    say(`${name} is gone`);
  });
}

export async function snapshotCommand(args: readonly string[]): Promise<number> {
  return await withMachines(parsed(args, machineFlags), 'snapshot NAME IMAGE', async (machines, [name, image]) => {
    const { manifest } = await machines.snapshot(name!, image!);
    say(`${image}  ${manifest.slice(0, 12)}`);
  });
}

export async function cloneCommand(args: readonly string[]): Promise<number> {
  return await withMachines(parsed(args, machineFlags), 'clone NAME NEW', async (machines, [name, other]) => {
    await machines.clone(name!, other!);
    const { owner } = await machines.running(other!);
    say(`${other} runs on ${owner}`);
  });
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
