import type { Pacing } from '../../translator/emit/context.ts';
import { makeCheck } from '../exec/check.ts';
import { defaultEngine, type EngineOptions } from '../exec/engine.ts';
import { defaultTiering, type TieringOptions, tieringAt, wasmTiering } from '../exec/tiering.ts';
import type { MachineConfig, MachineHost } from './config.ts';

function tieringOf(given: Partial<TieringOptions> = {}): TieringOptions {
  if (given.target === 'wasm') return { ...wasmTiering, ...given };
  return { ...(given.threshold === undefined ? defaultTiering : tieringAt(given.threshold)), ...given };
}

/** How the configuration wants guest code to be executed. `pacing`: how it notices that it must leave, if the configuration says nothing else. */
export function engineOptions(
  { engine, tiering, check, engineOptions: given }: MachineConfig,
  { checkText = () => {} }: MachineHost,
  pacing: Pacing,
): EngineOptions {
  return {
    ...defaultEngine,
    pacing,
    tiering: engine === 'interpreter' ? null : tieringOf(tiering),
    check: check ? makeCheck(checkText) : null,
    ...given,
  };
}

/** Whether translations are to be WebAssembly. */
export function wantsWasm({ engine, tiering, engineOptions: given }: MachineConfig): boolean {
  return engine !== 'interpreter' && (given?.tiering?.target ?? tiering?.target) === 'wasm';
}
