import type { MachineConfig } from '../../../runtime/machine/config.ts';
import { LockstepMachine } from '../../../src/node/lockstep/machine.ts';
import { differenceText } from '../../../src/node/lockstep/narrow.ts';
import { runLockstep } from '../../../src/node/lockstep/run.ts';
import { type Variant, variants } from '../../support/guest.ts';

/**
 * The engines that are compared with the interpreter as it is: each engine of ours that counts, and the translator with its
 * defaults.
 */
export const engines: readonly Variant[] = [
  ...variants.filter(({ name }) => name.endsWith('counting')),
  { name: 'translator by default', config: { engine: 'translator', icountShift: 3, icountSleep: false } },
];

/** Between two comparisons; a prime, so that they come at any place of a loop. */
const STEP = 20_011;

/** Machines that are alike but for the engine. */
export type Shared = Pick<MachineConfig, 'boot'> & Partial<MachineConfig>;

const machine = (shared: Shared, config: Variant['config']): LockstepMachine =>
  new LockstepMachine({
    memoryBytes: 8 << 20,
    cpu: 'core2duo',
    debugExit: { iobase: 0xf4, iosize: 4 },
    debugConsolePort: 0xe9,
    vga: 'std',
    ...shared,
    ...config,
  });

const plain: Variant['config'] = { engine: 'interpreter', icountShift: 3, icountSleep: false };

/** How a guest ended. */
interface Ending {
  readonly output: string;
  readonly ended: string;
}

export interface Comparison extends Ending {
  /** The difference; null: there is none. */
  readonly difference: string | null;
  readonly instructions: number;
  /** That the other engine made. */
  readonly translations: number;
}

/** Runs a guest on the plain interpreter and on another engine. */
export function compareEngines(shared: Shared, engine: Variant, instructions: number): Comparison {
  const pair = [machine(shared, plain), machine(shared, engine.config)] as const;
  try {
    const { found } = runLockstep(pair, { instructions, step: STEP });
    const names = ['interpreter', engine.name];
    const { output, ended = 'goes on', instructions: run } = pair[0];
    const difference =
      found &&
      `${found.differences.slice(0, 12).join('\n')}\n${found.narrowed ? differenceText(found.narrowed, names) : 'not again'}`;
    const translations = pair[1].core.engine.tiering?.metrics.translations ?? 0;
    return { difference, output, ended, instructions: run, translations };
  } catch (error) {
    return { difference: String((error as Error).stack), output: '', ended: 'error', instructions: 0, translations: 0 };
  } finally {
    for (const { core } of pair) core.dispose();
  }
}

/** Runs a guest on the plain interpreter alone. */
export function runAlone(shared: Shared, instructions: number): Ending {
  const one = machine(shared, plain);
  one.step(instructions);
  one.core.dispose();
  return { output: one.output, ended: one.ended ?? 'goes on' };
}
