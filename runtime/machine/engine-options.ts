import type { Pacing } from '../../translator/emit/context.ts';
import { defaultEngine, type EngineOptions } from '../exec/engine.ts';
import { defaultTiering, type TieringOptions, tieringAt } from '../exec/tiering.ts';
import type { MachineConfig, MachineHost } from './config.ts';

function tieringOf(given: Partial<TieringOptions> = {}): TieringOptions {
  return { ...(given.threshold === undefined ? defaultTiering : tieringAt(given.threshold)), ...given };
}

/** How the configuration wants guest code to be executed. `pacing`: how it notices that it must leave, if the configuration says nothing else. */
export function engineOptions(
  { engine, tiering, check, engineOptions: given }: MachineConfig,
  { check: hostCheck }: MachineHost,
  pacing: Pacing,
): EngineOptions {
  return {
    ...defaultEngine,
    pacing,
    tiering: engine === 'interpreter' ? null : tieringOf(tiering),
    check: check ? hostCheck! : null,
    ...given,
  };
}
