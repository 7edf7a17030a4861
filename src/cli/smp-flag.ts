import { MOST_PROCESSORS, processorCount } from '../../runtime/cpu/topology.ts';
import { ConfigurationError, type Topology } from '../index.ts';
import { checkedTopology } from '../options/processors.ts';
import type { Flag } from './flag.ts';
import { parseInteger, parseProperties } from './properties.ts';
import type { Settings } from './settings.ts';

export const smpFlag: Flag = {
  names: ['smp'],
  argument: '[cpus=]N[,maxcpus=N][,sockets=N][,cores=N][,threads=N]',
  help: 'how many processors there are (default: 1)',
  details:
    'They take turns. With maxcpus= there can be more: device_add plugs them in. Without sockets= and cores= they are cores of one socket.',
  apply: applyProcessors,
};

/** Levels of QEMU's that this machine has one of. */
const single = ['dies', 'clusters'] as const;
const levels = ['sockets', 'cores', 'threads'] as const;
const counts = ['cpus', 'maxcpus'] as const;

/** The values that a command line gives. */
type Asked = Readonly<Partial<Record<(typeof levels | typeof single | typeof counts)[number], number | undefined>>>;

const possible = `there can be 1 to ${MOST_PROCESSORS}`;

function applyProcessors(settings: Settings, text: string): Settings {
  const asked = askedIn(text);
  for (const name of single)
    if ((asked[name] ?? 1) !== 1) throw new ConfigurationError(`${name}=${asked[name]} is not supported; leave it out`);
  const { maxcpus, cpus = maxcpus } = asked;
  if (maxcpus !== undefined && cpus! > maxcpus)
    throw new ConfigurationError(`maxcpus=${maxcpus} is less than the ${cpus} processors that there are; leave it out`);
  const topology = topologyOf(text, asked);
  const most = processorCount(topology);
  // One is what there is without the flag.
  const { processors: _, ...others } = settings.machine;
  if (most === 1) return { ...settings, machine: others };
  const present = cpus === undefined || cpus === most ? {} : { present: cpus };
  return { ...settings, machine: { ...others, processors: { ...checkedTopology(topology), ...present } } };
}

/** Parses the values: each is at least 1, and together they give no more processors than a machine can have. */
function askedIn(text: string): Asked {
  const given = parseProperties(text, 'cpus', [...counts, ...levels, ...single]);
  const numbers = Object.entries(given).map(([name, value]) => [name, parseInteger(name, value)] as const);
  const none = numbers.find(([, number]) => number === 0);
  if (none) throw new ConfigurationError(`${none[0]}=0: ${possible}; leave it out, or give 1`);
  const asked: Asked = Object.fromEntries(numbers);
  const { sockets = 1, cores = 1, threads = 1, cpus, maxcpus = cpus } = asked;
  const count = Math.max(cpus ?? 0, maxcpus ?? sockets * cores * threads);
  if (count > MOST_PROCESSORS) throw new ConfigurationError(`${count} processors: ${possible}`);
  return asked;
}

/**
 * The complete topology, of all processors that there can be. Values that are left out follow from their number: cores first, then
 * sockets, as in QEMU since 6.2, then threads.
 */
function topologyOf(text: string, asked: Asked): Topology {
  const { cpus, maxcpus: most = cpus, sockets, cores } = asked;
  const given = { ...asked, ...((cores === undefined || sockets === undefined) && { threads: asked.threads ?? 1 }) };
  const { threads = most === undefined ? 1 : most / (sockets! * cores!) } = given;
  const known = most ?? (sockets ?? 1) * (cores ?? 1) * threads;
  const topology =
    cores === undefined
      ? { sockets: sockets ?? 1, cores: known / ((sockets ?? 1) * threads), threads }
      : { sockets: sockets ?? known / (cores * threads), cores, threads };
  if (processorCount(topology) !== known || !Object.values(topology).every(Number.isInteger))
    throw new ConfigurationError(`'${text}': ${productText(given)} must be the number of processors, ${known}`);
  return topology;
}

function productText(given: Asked): string {
  return levels.map((level) => (given[level] === undefined ? level : `${level} (${given[level]})`)).join(' * ');
}
