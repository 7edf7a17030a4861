import { makeCheck } from '../exec/check.ts';
import { defaultEngine, type EngineOptions } from '../exec/engine.ts';
import { defaultTiering } from '../exec/tiering.ts';
import type { MachineConfig, MachineHost } from './config.ts';

/** How the configuration wants guest code to be executed. */
export function engineOptions(
  { engine, tiering, check }: MachineConfig,
  { checkText = () => {} }: MachineHost,
): EngineOptions {
  return {
    ...defaultEngine,
    tiering: engine === 'interpreter' ? null : { ...defaultTiering, ...tiering },
    check: check ? makeCheck(checkText) : null,
  };
}
