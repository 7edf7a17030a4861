import type { OptionName, Options } from './options.ts';
import type { Style } from './style.ts';

/** A command's answer: as data, and as text for people. */
export interface Answer {
  readonly data: unknown;
  text(style: Style): string;
  /** Others like it come before it: as JSON each is one line. */
  readonly isOfSeries?: true;
  /** Exit code; 0 if not given. */
  readonly code?: number;
}

/** The arguments of a command, parsed. */
export interface Request {
  readonly options: Options;
  /** The words after the command that are no options. */
  readonly words: readonly string[];
  readonly style: Style;
}

/** One command of `rawiron inspect`: dispatch, help and completion come from it. */
export interface Command {
  readonly name: string;
  /** The words that may follow it, as the help shows them; options aside. */
  readonly usage: string;
  readonly help: string;
  readonly options: readonly OptionName[];
  /** Possible values of these words, for completion; left out where they are files. */
  readonly values?: readonly string[];
  /** How many words may stand after it; 0 if not given. */
  readonly words?: number;
  /** The words describe a machine, as those of `rawiron` do. */
  readonly takesMachine?: true;
  /** Defaults of its options where they differ from the usual ones. */
  readonly usual?: Readonly<Partial<Record<OptionName, number>>>;
  /** Throws ConfigurationError if it can't be done as asked. */
  run(request: Request): Answer | Promise<Answer>;
}
