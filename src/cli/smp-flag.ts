import { ConfigurationError, type Topology } from '../index.ts';
import { checkedTopology } from '../processors.ts';
import type { Flag } from './flags.ts';
import { parseInteger, parseProperties } from './properties.ts';
import type { Settings } from './settings.ts';

export const smpFlag: Flag = {
  names: ['smp'],
  argument: '[cpus=]N[,sockets=N][,cores=N][,threads=N]',
  help: 'how many processors, which take turns (default: 1); without sockets and cores: cores of one socket',
  apply: applyProcessors,
};

/** Levels of QEMU's that this machine has one of. */
const single = ['dies', 'clusters'] as const;
const levels = ['sockets', 'cores', 'threads'] as const;

function applyProcessors(settings: Settings, text: string): Settings {
  const given = parseProperties(text, 'cpus', ['cpus', 'maxcpus', ...levels, ...single]);
  const number = (name: string): number | undefined => {
    return given[name] === undefined ? undefined : parseInteger(name, given[name]);
  };
  for (const name of single)
    if ((number(name) ?? 1) !== 1)
      throw new ConfigurationError(`${name}=${given[name]} is not supported; leave it out`);
  const most = number('maxcpus');
  const cpus = number('cpus') ?? most;
  if (most !== undefined && most !== cpus)
    throw new ConfigurationError(
      `no processors can be added while the machine runs; give maxcpus=${cpus}, or leave it out`,
    );
  const [sockets, cores, threads] = levels.map(number);
  const topology = topologyOf(text, { cpus, sockets, cores, threads });
  // One is what there is without the flag.
  const { processors: _, ...others } = settings.machine;
  const isAlone = topology.sockets * topology.cores * topology.threads === 1;
  return { ...settings, machine: isAlone ? others : { ...others, processors: checkedTopology(topology) } };
}

/** What a command line says of it. */
type Asked = { readonly [Level in keyof Topology | 'cpus']: number | undefined };

/** What is left out follows from the number of processors, cores first, as in QEMU since 6.2. */
function topologyOf(text: string, { cpus, sockets, cores, threads = 1 }: Asked): Topology {
  const known = cpus ?? (sockets ?? 1) * (cores ?? 1) * threads;
  const topology =
    cores === undefined
      ? { sockets: sockets ?? 1, cores: known / ((sockets ?? 1) * threads), threads }
      : { sockets: sockets ?? known / (cores * threads), cores, threads };
  const product = topology.sockets * topology.cores * topology.threads;
  if (product !== known || !Object.values(topology).every(Number.isInteger))
    throw new ConfigurationError(`'${text}': sockets * cores * threads must be the number of processors, ${known}`);
  return topology;
}
