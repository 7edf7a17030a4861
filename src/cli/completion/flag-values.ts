import { cpuModelNames } from '../../../runtime/cpu/model.ts';
import { cardModels, logItems, traceEvents } from '../../index.ts';
import { devices } from '../devices.ts';
import type { Flag } from '../flag.ts';
import { flags } from '../flags.ts';

/** A flag with what may stand after it, for completion. */
export interface FlagValues {
  /** With its dash. */
  readonly flag: string;
  readonly help: string;
  /** Whether something must stand after it. */
  readonly takesArgument: boolean;
  /** A file may. */
  readonly takesFile: boolean;
  /** Words of which one may. */
  readonly values: readonly string[];
}

const lists: Readonly<Partial<Record<NonNullable<Flag['list']>, readonly string[]>>> = {
  'list-cpus': cpuModelNames,
  'list-machines': ['pc'],
  'list-devices': Object.keys(devices),
  'list-cards': cardModels,
  'list-log-items': Object.keys(logItems),
  'list-trace-events': Object.keys(traceEvents),
};

/** All flags, by each of their names. */
export function flagValues(): FlagValues[] {
  return flags.flatMap((flag) =>
    flag.names.map((name) => ({
      flag: `-${name}`,
      help: flag.help,
      takesArgument: flag.argument !== undefined && flag.optional !== true,
      takesFile: /FILE|PATH/.test(flag.argument ?? ''),
      values: valuesOf(flag),
    })),
  );
}

/**
 * Values of a flag's argument: those that the help names as the first property, such as `wav` or `base=utc`, and those of the
 * flag's own list.
 */
function valuesOf({ argument = '', list }: Flag): string[] {
  const [first = ''] = argument.replace(/^\[/, '').split(/[,[\]\s]/);
  const [, name = '', words = ''] = /^([a-z][a-z0-9.-]*=)?(.*)$/.exec(first)!;
  const offered = words.split('|').map((word) => name + (/^[a-z][a-z0-9-]*$/.test(word) ? word : ''));
  const own = list ? [...(lists[list] ?? []), 'help'] : [];
  return [...new Set([...offered.filter((word) => word !== ''), ...own])];
}
