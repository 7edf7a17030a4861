import { parseArgs } from 'node:util';
import type { EngineName, EngineSettings } from '../support/engine.ts';

/** An error in the arguments; the message is for the user. */
export class UsageError extends Error {}

/** How many cases passed and failed. */
export interface Count {
  readonly passed: number;
  readonly failed: number;
}

export interface OracleArguments {
  readonly positionals: string[];
  /** Those to check; the translator is run as the settings say. */
  readonly engines: readonly EngineName[];
  readonly settings: EngineSettings;
}

const engineNames: readonly EngineName[] = ['interpreter', 'translator'];

/** Arguments of an oracle: `[--engine NAME] [--threshold N] [--check]` and what else it takes. Throws UsageError. */
export function parseOracle(args: readonly string[], usage: string): OracleArguments {
  const options = { engine: { type: 'string' }, threshold: { type: 'string' }, check: { type: 'boolean' } } as const;
  const { positionals, values } = parseOrExplain(
    () => parseArgs({ args: [...args], options, allowPositionals: true }),
    usage,
  );
  const { engine, threshold = '0', check = false } = values;
  if (engine !== undefined && !(engineNames as readonly string[]).includes(engine)) throw new UsageError(usage);
  return {
    positionals,
    engines: engine === undefined ? engineNames : [engine as EngineName],
    settings: { threshold: wholeNumber(threshold, usage), check },
  };
}

export function wholeNumber(text: string, usage: string): number {
  const number = Number(text);
  if (text === '' || !Number.isSafeInteger(number) || number < 0) throw new UsageError(usage);
  return number;
}

/** Does what fails for wrong arguments. */
export function parseOrExplain<Result>(parse: () => Result, usage: string): Result {
  try {
    return parse();
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n${usage}`);
  }
}
