import { ALONE, MOST_PROCESSORS, processorCount, type Topology } from '../../runtime/cpu/topology.ts';
import { apicIdsOf } from '../../runtime/machine/model-of.ts';
import { isIdentifier } from '../drives/options.ts';
import { checkedInteger, checkNames, checkObject, shown } from '../util/checks.ts';
import { atOption, ConfigurationError } from '../util/errors.ts';

/** A processor that is there: its number, and a name by which it is pulled out. */
export type PresentProcessor =
  | number
  | {
      /** Its number, from 0. */
      readonly number: number;
      /** The name by which it is pulled out. */
      readonly id?: string;
    };

/** Sockets, cores in each and threads in each of these, 1 where left out, and which of these processors are there at the start. */
export interface ProcessorPlacesOptions extends Partial<Topology> {
  /**
   * The processors that are there at the start: so many, or these, the first one among them. The others can be plugged in while the
   * machine runs (`Machine.processorPlaces`). Default: all, and none comes or goes.
   */
  readonly present?: number | readonly PresentProcessor[];
}

/** How many processors a machine has: their number, cores of one socket; or sockets, cores and threads. */
export type ProcessorOptions = number | ProcessorPlacesOptions;

const levels = ['sockets', 'cores', 'threads'] as const;

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
  checkNames('processors', processors, [...levels, 'present']);
  const { present, ...given } = processors;
  const topology = { ...ALONE, ...given };
  for (const name of levels)
    atOption(name, () => checkedInteger(`processors.${name}`, topology[name], 1, MOST_PROCESSORS));
  const count = processorCount(topology);
  if (count > MOST_PROCESSORS)
    throw new ConfigurationError(`${count} processors are too many; there can be ${MOST_PROCESSORS}`);
  checkNumbering(topology);
  return topology;
}

/** A processor that is there, by its number. */
export interface NumberedProcessor {
  readonly number: number;
  /** Left out: it was given none. */
  readonly id?: string;
}

/**
 * The processors that are there at the start, by number; undefined: all are, and none comes or goes.
 * @throws ConfigurationError
 */
export function checkedPresence(processors: ProcessorOptions | undefined): readonly NumberedProcessor[] | undefined {
  if (typeof processors !== 'object' || processors.present === undefined) return undefined;
  const { present } = processors;
  const count = processorCount(checkedTopology(processors));
  return atOption('present', () => numbered(present, count));
}

function numbered(present: number | readonly PresentProcessor[], count: number): readonly NumberedProcessor[] {
  if (!Array.isArray(present)) {
    const length = checkedInteger('processors.present', present as number, 1, count);
    return Array.from({ length }, (_, number) => ({ number }));
  }
  const places = (present as readonly PresentProcessor[]).map((one, n) =>
    atOption(n, () => checkedPresent(one, count)),
  );
  const all = places.sort((a, b) => a.number - b.number);
  if (new Set(all.map(({ number }) => number)).size < all.length)
    throw new ConfigurationError('processors.present names a processor twice; name each once');
  if (all[0]?.number !== 0) throw new ConfigurationError('processors.present must have the first processor, 0; add it');
  return all;
}

function checkedPresent(one: PresentProcessor, count: number): NumberedProcessor {
  if (typeof one === 'number') return { number: checkedInteger('processors.present', one, 0, count - 1) };
  checkObject('processors.present', one, ['number', 'id']);
  checkNames('processors.present', one, ['number', 'id']);
  const { number, id } = one;
  atOption('number', () => checkedInteger('processors.present.number', number, 0, count - 1));
  if (id !== undefined && !isIdentifier(id))
    throw new ConfigurationError(`processors.present.id: ${shown(id)} is no name; begin it with a letter`, 'id');
  return { number, ...(id !== undefined && { id }) };
}

/** The processors that are there, of a machine where they come and go, as messages name them. */
export function presentText({ processors }: { readonly processors?: ProcessorOptions }): string {
  const present = checkedPresence(processors) ?? [];
  return present.length === 0 ? 'nothing' : `processors ${present.map(({ number }) => number).join(', ')}`;
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
