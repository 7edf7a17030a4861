import { MOST_PROCESSORS } from '../../runtime/cpu/topology.ts';
import { ConfigurationError, type Topology } from '../index.ts';
import { checkedTopology } from '../options/processors.ts';
import type { Flag } from './flag.ts';
import { parseInteger, parseProperties } from './properties.ts';
import { type Settings, warned } from './settings.ts';

export const smpFlag: Flag = {
  names: ['smp'],
  argument: '[cpus=]N[,sockets=N][,cores=N][,threads=N]',
  help: 'how many processors there are (default: 1)',
  details: 'They take turns. Without sockets= and cores= they are cores of one socket.',
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
  const { maxcpus, cpus = maxcpus } = asked;
  for (const name of single)
    if ((asked[name] ?? 1) !== 1) throw new ConfigurationError(`${name}=${asked[name]} is not supported; leave it out`);
  if (maxcpus !== undefined && cpus! > maxcpus)
    throw new ConfigurationError(`maxcpus=${maxcpus} is less than the ${cpus} processors that there are; leave it out`);
  const isToGrow = maxcpus !== cpus && maxcpus !== undefined;
  if (isToGrow && levels.some((level) => asked[level] !== undefined))
    throw new ConfigurationError(
      `'${text}': no processors can be added while the machine runs, so these must be of the ${cpus} that there are; leave maxcpus out`,
    );
  const topology = topologyOf(text, { ...asked, cpus });
  // One is what there is without the flag.
  const { processors: _, ...others } = settings.machine;
  const isAlone = countOf(topology) === 1;
  const applied = { ...settings, machine: isAlone ? others : { ...others, processors: checkedTopology(topology) } };
  return isToGrow ? warned(applied, '-smp: no processors can be added while the machine runs (maxcpus)') : applied;
}

/** Parses the values: each is at least 1, and together they give no more processors than a machine can have. */
function askedIn(text: string): Asked {
  const given = parseProperties(text, 'cpus', [...counts, ...levels, ...single]);
  const numbers = Object.entries(given).map(([name, value]) => [name, parseInteger(name, value)] as const);
  const none = numbers.find(([, number]) => number === 0);
  if (none) throw new ConfigurationError(`${none[0]}=0: ${possible}; leave it out, or give 1`);
  const asked: Asked = Object.fromEntries(numbers);
  const { sockets = 1, cores = 1, threads = 1, cpus = asked.maxcpus } = asked;
  const count = cpus ?? sockets * cores * threads;
  if (count > MOST_PROCESSORS) throw new ConfigurationError(`${count} processors: ${possible}`);
  return asked;
}

const countOf = ({ sockets, cores, threads }: Topology): number => sockets * cores * threads;

/**
 * The complete topology. Values that are left out follow from the number of processors: cores first, then sockets, as in QEMU
 * since 6.2, then threads.
 */
function topologyOf(text: string, asked: Asked): Topology {
  const { cpus, sockets, cores } = asked;
  const given = { ...asked, ...((cores === undefined || sockets === undefined) && { threads: asked.threads ?? 1 }) };
  const { threads = cpus === undefined ? 1 : cpus / (sockets! * cores!) } = given;
  const known = cpus ?? (sockets ?? 1) * (cores ?? 1) * threads;
  const topology =
    cores === undefined
      ? { sockets: sockets ?? 1, cores: known / ((sockets ?? 1) * threads), threads }
      : { sockets: sockets ?? known / (cores * threads), cores, threads };
  if (countOf(topology) !== known || !Object.values(topology).every(Number.isInteger))
    throw new ConfigurationError(`'${text}': ${productText(given)} must be the number of processors, ${known}`);
  return topology;
}

function productText(given: Asked): string {
  return levels.map((level) => (given[level] === undefined ? level : `${level} (${given[level]})`)).join(' * ');
}
