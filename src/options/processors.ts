import { ALONE, MOST_PROCESSORS, processorCount, type Topology } from '../../runtime/cpu/topology.ts';
import { apicIdsOf } from '../../runtime/machine/model-of.ts';
import { checkedInteger, checkNames } from '../util/checks.ts';
import { ConfigurationError } from '../util/errors.ts';

/** How many processors a machine has: their number, cores of one socket; or sockets, cores in each and threads in each of these, 1 where left out. */
export type ProcessorOptions = number | Partial<Topology>;

const names = ['sockets', 'cores', 'threads'] as const;

/**
 * The processors that an option says, of a model.
 * @throws ConfigurationError that says what they may be
 */
export function checkedProcessors(processors: ProcessorOptions, cpu: string | undefined): Topology {
  const topology = checkedTopology(processors);
  if (processorCount(topology) > 1 && apicIdsOf({ cpu }) === null)
    throw new ConfigurationError(
      `cpu '${cpu}' has no local APIC, without which there can be one processor alone; give another model`,
    );
  return topology;
}

/**
 * The processors that an option gives, for any model.
 * @throws ConfigurationError
 */
export function checkedTopology(processors: ProcessorOptions): Topology {
  if (typeof processors === 'number')
    return { ...ALONE, cores: checkedInteger('processors', processors, 1, MOST_PROCESSORS) };
  checkNames('processors', processors, names);
  const topology = { ...ALONE, ...processors };
  for (const name of names) checkedInteger(`processors.${name}`, topology[name], 1, MOST_PROCESSORS);
  const count = processorCount(topology);
  if (count > MOST_PROCESSORS)
    throw new ConfigurationError(`${count} processors are too many; there can be ${MOST_PROCESSORS}`);
  checkNumbering(topology);
  return topology;
}

/** The numbers of local APICs have bits for threads and cores; firmware counts on numbers without gaps. */
function checkNumbering({ sockets, cores, threads }: Topology): void {
  const hasGaps = !isPowerOfTwo(threads) || (sockets > 1 && !isPowerOfTwo(cores));
  if (hasGaps && (sockets > 1 || cores > 1))
    throw new ConfigurationError(
      `${sockets} sockets of ${cores} cores of ${threads} threads would leave numbers of processors out; give 1, 2, 4, … threads, and as many cores where there are several sockets`,
    );
}

const isPowerOfTwo = (number: number): boolean => (number & (number - 1)) === 0;
