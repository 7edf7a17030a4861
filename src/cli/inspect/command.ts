import type { OptionName, Options } from './options.ts';
import type { Style } from './style.ts';

/** What a command has to say: as data, and as text for people. */
export interface Answer {
  readonly data: unknown;
  text(style: Style): string;
  /** Others like it come before it: as JSON each is one line. */
  readonly isOfSeries?: true;
  /** Exit code; 0 if not given. */
  readonly code?: number;
}

/** What a command is asked. */
export interface Request {
  readonly options: Options;
  /** What stands after the command besides options. */
  readonly words: readonly string[];
  readonly style: Style;
}

/** One command of `rawiron inspect`: dispatch, help and completion come from it. */
export interface Command {
  readonly name: string;
  /** What may stand after it besides options. */
  readonly usage: string;
  readonly help: string;
  readonly options: readonly OptionName[];
  /** What these words may be, where they are no files, for completion. */
  readonly values?: readonly string[];
  /** How many words may stand after it; 0 if not given. */
  readonly words?: number;
  /** The words describe a machine, as those of `rawiron` do. */
  readonly takesMachine?: true;
  /** What its options are where they are not given, if that is not what they usually are. */
  readonly usual?: Readonly<Partial<Record<OptionName, number>>>;
  /** Throws ConfigurationError if it can't be done as asked. */
  run(request: Request): Answer | Promise<Answer>;
}
