import { type Moving, type MovingState, movingState } from '../migration/moving-state.ts';
import { ConfigurationError } from '../util/errors.ts';
import type { Examine, MachineState, PauseReason } from './types.ts';

/** The state of a machine, in words of QEMU's RunState (qapi/run-state.json). */
export type RunState = MovingState | 'prelaunch' | 'running' | 'paused' | 'debug' | 'shutdown' | 'suspended';

const pauses: Readonly<Record<PauseReason, RunState>> = {
  caller: 'paused',
  debug: 'debug',
  limit: 'paused',
  off: 'shutdown',
  reset: 'prelaunch',
};

/** The facts about a machine that decide its state. */
interface Standing extends Moving {
  readonly memoryDumps: { readonly isUnderWay: boolean };
  readonly pauseReason: PauseReason;
  readonly isSuspended: boolean;
}

/** By what a machine does that no migration makes stand still. */
const states: Readonly<Record<MachineState, (machine: Standing) => RunState>> = {
  // One that has come from elsewhere has run there.
  created: ({ migration, pauseReason }) => (migration.hasArrived ? pauses[pauseReason] : 'prelaunch'),
  running: ({ isSuspended, memoryDumps }) => {
    if (memoryDumps.isUnderWay) return 'paused';
    return isSuspended ? 'suspended' : 'running';
  },
  paused: ({ pauseReason }) => pauses[pauseReason],
  ended: () => 'shutdown',
};

/** The state of a machine, as QEMU calls it. */
export function runStateOf(machine: Standing): RunState {
  return movingState(machine) ?? states[machine.state](machine);
}

/**
 * Wakes a guest that is suspended to RAM, as its power button does.
 * @throws ConfigurationError if it is not suspended
 */
export async function wakeSuspended(examine: Examine): Promise<void> {
  if (await examine('wake')) return;
  throw new ConfigurationError('Unable to wake up: guest is not in suspended state');
}
