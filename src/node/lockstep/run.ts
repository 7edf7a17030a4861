import { Checkpoint } from './checkpoint.ts';
import { compareAll, compareDevices, compareStates } from './compare.ts';
import type { LockstepMachine } from './machine.ts';
import { type Difference, narrowDown } from './narrow.ts';

/** Steps between two comparisons of memory, which are checkpoints as well. */
const STEPS_PER_CHECKPOINT = 50;

export interface LockstepOptions {
  /** Instructions to run at the most, and between two comparisons of the states. */
  readonly instructions: number;
  readonly step: number;
  /** Called where all has been compared and is alike; false: enough. */
  readonly between?: () => boolean;
}

export interface LockstepResult {
  /** Comparisons that found no difference. */
  readonly passed: number;
  readonly found: FoundDifference | null;
}

export interface FoundDifference {
  /** Instructions from the start to the comparison that found it. */
  readonly after: number;
  readonly differences: readonly string[];
  /** The instruction; null if the difference does not come again from the last checkpoint. */
  readonly narrowed: (Difference & { readonly from: number }) | null;
}

/** Runs two machines side by side, and finds the first instruction after which they differ. */
export function runLockstep(
  machines: readonly [LockstepMachine, LockstepMachine],
  { instructions, step, between = () => true }: LockstepOptions,
): LockstepResult {
  const steps = Math.ceil(instructions / step);
  let checkpoint = new Checkpoint(machines[0]);
  let since = 0;
  let passed = 0;
  for (let n = 1; n <= steps; n++) {
    const running = machines.map((machine) => machine.step(step)).every((runs) => runs);
    since += step;
    const isFull = n % STEPS_PER_CHECKPOINT === 0 || n === steps || !running;
    const differences = isFull ? compareAll(...machines) : compareQuickly(...machines);
    if (differences.length > 0) {
      const narrowed = narrowDown(checkpoint, machines, since);
      const from = n * step - since;
      return { passed, found: { after: n * step, differences, narrowed: narrowed && { ...narrowed, from } } };
    }
    if (!running) break;
    passed++;
    if (!isFull) continue;
    since = 0;
    checkpoint = new Checkpoint(machines[0]);
    if (!between()) break;
  }
  return { passed, found: null };
}

function compareQuickly(left: LockstepMachine, right: LockstepMachine): string[] {
  return [...compareStates(left.core.state, right.core.state), ...compareDevices(left, right)];
}
