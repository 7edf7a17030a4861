import { cpuModelNames } from '../../../runtime/cpu/model.ts';
import { cardModels, logItems, traceEvents } from '../../index.ts';
import { devices } from '../devices.ts';
import { type Flag, flags } from '../flags.ts';

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

/** Words in small letters that the help offers as the first property, and those of the flag's own list. */
function valuesOf({ argument = '', list }: Flag): string[] {
  const [first = ''] = argument.split(/[,[\s]/);
  const offered = first.split('|').filter((word) => /^[a-z][a-z0-9-]*$/.test(word));
  return [...new Set([...offered, ...(list ? [...(lists[list] ?? []), 'help'] : [])])];
}
