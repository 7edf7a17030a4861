import type { List, Settings } from './settings.ts';

/** One row of the command line's table: parsing, help, completion and documents come from it. */
export interface Flag {
  /** Without dashes; the first is the one that help shows. */
  readonly names: readonly string[];
  /** The name of its argument in the help; left out where it takes none. */
  readonly argument?: string;
  /** The argument may be left out; it then comes after a "=". */
  readonly optional?: true;
  /** A description, short enough for a line of the help. */
  readonly help: string;
  /** All else that there is to say about it, in sentences. */
  readonly details?: string;
  /** The list that its argument `help` prints. */
  readonly list?: List;
  /** It is applied after all others, so that what it refers to may stand behind it, too: as QEMU makes devices. */
  readonly last?: true;
  /** The settings with this flag. Throws ConfigurationError if the argument is wrong. */
  apply(settings: Settings, argument: string): Settings;
}
