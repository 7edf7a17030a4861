import { expect } from 'vitest';
import type { DebugStop } from '../../runtime/exec/stops.ts';
import type { RunResult } from '../../runtime/machine/config.ts';
import { Guest, type GuestOptions, type Variant } from './guest.ts';

type Config = Variant['config'];
type Program = ConstructorParameters<typeof Guest>[0];

export const begin: DebugStop = { reason: 'recording', at: 'begin' };
export const end: DebugStop = { reason: 'recording', at: 'end' };

/**
 * A machine whose history is kept, before its first instruction. Checkpoints are near to each other, and so few are kept that some
 * must go.
 */
export class DebuggedGuest extends Guest {
  readonly #reboots: boolean;

  constructor(program: Program, config: Config, options?: GuestOptions) {
    super(program, { name: '', config: { ...config, history: { spacing: 20_000, most: 12 } } as Config }, options);
    this.#reboots = options?.rebootAction === 'reset';
    expect(this.core.debugging.keepHistory('program', true)).toBe(true);
  }

  get instructions(): number {
    return this.core.instructionsRun!;
  }

  /** Runs on, with the resets that the guest asks for, until it stops or ends. */
  runOn(): RunResult {
    for (;;) {
      const result = this.runToEnd();
      const isReset = result.reason === 'shutdown' || result.reason === 'reset-requested';
      if (!isReset || !this.#reboots) return result;
      this.core.reset();
    }
  }

  go(): DebugStop {
    const { reason, stop } = this.runOn();
    expect(reason).toBe('debug');
    return stop!;
  }

  back(by: 'step' | 'stop'): DebugStop {
    this.core.debugging.goBack(by);
    return this.go();
  }

  seek(instructions: number): DebugStop {
    this.core.debugging.seek(instructions);
    return this.go();
  }

  watch(address: number): void {
    this.core.debugging.setWatchpoints([{ kind: 'write', address, length: 4 }]);
  }

  /** Presses the reset button. */
  pressReset(): void {
    if (!this.core.pressReset()) this.core.reset();
  }
}
