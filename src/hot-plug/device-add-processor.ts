import { cpuProblem } from '../../runtime/cpu/model.ts';
import type { Topology } from '../../runtime/cpu/topology.ts';
import type { Machine } from '../machine/machine.ts';
import { ConfigurationError } from '../util/errors.ts';
import type { DeviceProperties } from './device-buses.ts';
import { processorType } from './processor-places.ts';

export const processorProperties = ['id', 'socket-id', 'die-id', 'core-id', 'thread-id'] as const;

/** The last number of each level, by the property that names it. */
const lastOf = ({ sockets, cores, threads }: Topology) =>
  ({ 'socket-id': sockets - 1, 'die-id': 0, 'core-id': cores - 1, 'thread-id': threads - 1 }) as const;

type Level = keyof ReturnType<typeof lastOf>;

/** Whether a name is QEMU's for a type of processors that a machine can have. */
export function isProcessorType(driver: string): boolean {
  const model = /^(.+)-i386-cpu$/.exec(driver)?.[1];
  return model !== undefined && !model.includes(',') && cpuProblem(model) === null;
}

/**
 * Plugs a processor in, as `device_add` says it.
 * @throws ConfigurationError in QEMU's words (hw/i386/x86.c)
 */
export async function plugProcessor(machine: Machine, driver: string, given: DeviceProperties): Promise<void> {
  checkProcessor(driver, given, machine.processorModel);
  const { id } = given;
  if (id !== undefined) machine.processorPlaces.checkId(id);
  const number = processorNumber(driver, given, machine.processorPlaces.topology);
  await machine.processorPlaces.plug({ number, ...(id !== undefined && { id }) });
}

/** @throws ConfigurationError if there is no such property, or if it is another model than the machine's */
export function checkProcessor(driver: string, given: DeviceProperties, model: string): void {
  const unknown = Object.keys(given).find((name) => !processorProperties.some((known) => known === name));
  if (unknown !== undefined) throw new ConfigurationError(`Property '${driver}.${unknown}' not found`);
  const expected = processorType(model);
  if (driver !== expected)
    throw new ConfigurationError(`Invalid CPU type, expected cpu type: '${expected}'; give it instead of ${driver}`);
}

/**
 * The number of the processor in a socket, core and thread.
 * @throws ConfigurationError in QEMU's words
 */
export function processorNumber(driver: string, given: DeviceProperties, topology: Topology): number {
  const last = lastOf(topology);
  const numberOf = (level: Level) => levelNumber(driver, given, level, last[level]);
  const [socket, , core, thread] = [
    numberOf('socket-id'),
    numberOf('die-id'),
    numberOf('core-id'),
    numberOf('thread-id'),
  ];
  return (socket * topology.cores + core) * topology.threads + thread;
}

/** The number of a processor's socket, core or thread. There is one die, so that nobody needs to say it. */
function levelNumber(driver: string, given: DeviceProperties, level: Level, last: number): number {
  const text = given[level] ?? (level === 'die-id' ? '0' : undefined);
  if (text === undefined) throw new ConfigurationError(`CPU ${level} is not set`);
  if (!/^\d+$/.test(text))
    throw new ConfigurationError(`Parameter '${driver}.${level}' expects int64; give a number up to ${last}`);
  const number = Number(text);
  if (number > last) throw new ConfigurationError(`Invalid CPU ${level}: ${number} must be in range 0:${last}`);
  return number;
}
