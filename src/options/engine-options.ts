import type { EngineName, MachineConfig } from '../machine-core.ts';
import { checkedBoolean, checkedInteger, checkedOneOf, checkNames } from '../util/checks.ts';
import { atOption, ConfigurationError } from '../util/errors.ts';

/** How guest code is executed; what is left out is as `defaultTiering` (runtime/exec/tiering.ts) has it. */
export interface EngineSettings {
  /** Default: "translator". */
  readonly name?: EngineName;
  /** The debug mode: all that is made of guest code is checked before it is used. A mistake ends the machine. */
  readonly check?: boolean;
  /**
   * Runs of a function's entry before it is translated; at 1 it is at its first run. If this is given, whatever runs so often is
   * translated, also what is a small part of all that runs.
   */
  readonly threshold?: number;
  /** Blocks that are translated together at most. */
  readonly blocks?: number;
  /** Instructions that are translated together at most. */
  readonly instructions?: number;
}

const engines: readonly EngineName[] = ['interpreter', 'translator'];

/** As many runs, each of the weight 16, are a heat that a word can hold (runtime/exec/records.ts). */
const MOST_RUNS = 100_000_000;

/** The properties of the translator, with their least and largest values. */
const tieringLimits = { threshold: [0, MOST_RUNS], blocks: [1, 1000], instructions: [1, 10_000] } as const;
type TieringName = keyof typeof tieringLimits;
const tieringNames = Object.keys(tieringLimits) as TieringName[];

/**
 * How the machine's core executes guest code with these settings.
 * @throws ConfigurationError
 */
export function checkedEngine(
  engine: EngineName | EngineSettings,
): Pick<MachineConfig, 'engine' | 'tiering' | 'check'> {
  const settings = typeof engine === 'string' ? { name: engine } : engine;
  checkNames('engine', settings, ['name', 'check', ...tieringNames]);
  const { name = 'translator', check = false } = settings;
  atOption('name', () => checkedOneOf('engine', name, engines));
  atOption('check', () => checkedBoolean('engine.check', check));
  const tiering = checkedTiering(settings);
  const [given] = Object.keys(tiering);
  if (given !== undefined && name !== 'translator')
    throw new ConfigurationError(`engine.${given} is for the translator; the engine is '${name}'`, given);
  return { engine: name, ...(given !== undefined && { tiering }), ...(check && { check }) };
}

function checkedTiering(settings: EngineSettings): Partial<Record<TieringName, number>> {
  const given = tieringNames.flatMap((name) => {
    const value = settings[name];
    const [least, most] = tieringLimits[name];
    if (value === undefined) return [];
    return [[name, atOption(name, () => checkedInteger(`engine.${name}`, value, least, most))] as const];
  });
  return Object.fromEntries(given);
}
