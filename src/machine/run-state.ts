import { type Moving, type MovingState, movingState } from '../migration/moving-state.ts';
import type { MachineState, PauseReason } from './types.ts';

/** What a machine does, in words of QEMU's RunState (qapi/run-state.json). */
export type RunState = MovingState | 'prelaunch' | 'running' | 'paused' | 'debug' | 'shutdown' | 'suspended';

const pauses: Readonly<Record<PauseReason, RunState>> = {
  caller: 'paused',
  debug: 'debug',
  limit: 'paused',
  off: 'shutdown',
  reset: 'prelaunch',
};

/** What is looked at of a machine. */
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

/** What a machine does, as QEMU calls it. */
export function runStateOf(machine: Standing): RunState {
  return movingState(machine) ?? states[machine.state](machine);
}
