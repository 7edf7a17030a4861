import { FleetError } from '../error.ts';
import { FleetMachines, type MachineStart } from '../machines/machines.ts';
import { type HostRecord, type MachineRecord, type MoveFigures, OPEN, type PortForward } from '../machines/record.ts';
import {
  connectorOf,
  type Flags,
  imageOf,
  limitFlags,
  limitsOf,
  log,
  number,
  parsed,
  placeFlags,
  placeOf,
  table,
  text,
  type Words,
} from './settings.ts';

export const startFlags: Flags = {
  ...placeFlags,
  image: { value: 'NAME', help: 'the image that it goes on from' },
  checkpoint: { value: 'SECONDS', help: 'how often its state is put into the store; 0: never by itself (60)' },
  idle: { value: 'SECONDS', help: 'when nobody has used its console for so long, it is suspended until somebody does' },
  restart: { help: 'when its host is lost, it goes on from its last checkpoint elsewhere (so it is anyway)' },
  lost: { help: 'when its host is lost, it waits for resume' },
  forward: { value: 'LIST', help: "ports of the gateway that lead to the guest's, such as 8080:80,2222:22" },
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
  await machines.check();
  await act(machines, words.rest);
  return 0;
}

export async function startCommand(args: readonly string[]): Promise<number> {
  const words = parsed(args, startFlags);
  let code = 0;
  await withMachines(words, 'start NAME', async (machines, [name]) => {
    const start = startOf(words);
    await machines.start(name!, start);
    const { owner } = await machines.running(name!);
    say(`${name} runs on ${owner}`);
    if (start.forwards?.length === 0) return;
    await machines.forwarded(name!).catch((error: Error) => {
      log(error.message);
      code = 1;
    });
  });
  return code;
}

function startOf(words: Words): MachineStart {
  const image = imageOf(words);
  const { restart, lost } = words.values;
  if (restart === true && lost === true) throw new FleetError('--restart and --lost: give one of them');
  const [every, idle] = [number(words, 'checkpoint'), number(words, 'idle')];
  return {
    ...{ image, policy: lost === true ? 'lost' : 'restart', limits: limitsOf(words) },
    forwards: forwardsOf(text(words, 'forward') ?? ''),
    ...(every !== undefined && { every }),
    ...(idle !== undefined && { idle }),
  };
}

function forwardsOf(list: string): PortForward[] {
  return list
    .split(',')
    .filter((word) => word !== '')
    .map((word) => {
      const [port, guestPort] = (word.match(/^(\d{1,5}):(\d{1,5})$/) ?? []).slice(1).map(Number);
      const isPort = (number: number | undefined) => number !== undefined && number > 0 && number < 65_536;
      if (!isPort(port) || !isPort(guestPort))
        throw new FleetError(`--forward ${word}: give a port of the gateway and one of the guest, such as 8080:80`);
      return { port: port!, guestPort: guestPort! };
    });
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
    const absent = (await machines.drainedNames()).filter((name) => !hosts.some((host) => host.name === name));
    if (absent.length > 0) say(`\ndrained, and not there: ${absent.join(', ')}`);
  });
}

const machineRow = ({ name, state, owner, memory, saved, problem, ports, target }: MachineRecord): string[] => [
  ...[name, target === '' ? state : 'moving', owner || '-', sizeText(memory)],
  saved === 0 ? '-' : new Date(saved).toISOString().slice(0, 19),
  target === '' ? problem || (ports === OPEN ? '' : ports) : `to ${target}`,
];

const hostRow = ({ id, machines, memory, free, isDrained }: HostRecord): string[] => [
  ...[id, `${machines}`, sizeText(memory), isDrained ? 'drained' : sizeText(free)],
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

export async function moveCommand(args: readonly string[]): Promise<number> {
  return await withMachines(parsed(args, machineFlags), 'move NAME HOST', async (machines, [name, host]) => {
    say(movedText(name!, await machines.move(name!, host!), host!));
  });
}

export async function drainCommand(args: readonly string[]): Promise<number> {
  let left: readonly string[] = [];
  await withMachines(parsed(args, machineFlags), 'drain HOST', async (machines, [host]) => {
    left = await machines.drain(host!, (name, result) => {
      if (result instanceof Error) say(`${name} stays: ${result.message}`);
      else say(movedText(name, result, 'another host'));
    });
    say(left.length === 0 ? `${host} has no machines` : `${host} has ${left.length} machines that cannot be moved`);
  });
  return left.length === 0 ? 0 : 1;
}

export async function undrainCommand(args: readonly string[]): Promise<number> {
  return await withMachines(parsed(args, machineFlags), 'undrain HOST', async (machines, [host]) => {
    await machines.undrain(host!);
    say(`${host} takes machines`);
  });
}

function movedText(name: string, moved: MoveFigures | undefined, host: string): string {
  if (moved === undefined) return `${name} is on ${host}`;
  const { to, stop, total, memory, disk, passes } = moved;
  const sent = `${sizeText(memory)} of memory and ${sizeText(disk)} of disks`;
  return `${name} runs on ${to}; it stood still for ${stop} ms of ${(total / 1000).toFixed(1)} s (${sent}, ${passes} passes)`;
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
