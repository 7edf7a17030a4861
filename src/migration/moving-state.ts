import type { MachineState } from '../machine/types.ts';
import type { MachineMigration } from './index.ts';

/** The state of a machine that is moving, in words of QEMU's RunState. */
export type MovingState = 'inmigrate' | 'finish-migrate' | 'postmigrate';

/** The facts about a machine that decide whether it is moving. */
export interface Moving {
  readonly state: MachineState;
  readonly migration: Pick<MachineMigration, 'isAwaited' | 'hasArrived' | 'isLeaving' | 'isGone' | 'isAfresh'>;
}

/** Why a machine stands still that goes elsewhere or comes from there; null: no migration is the reason. */
export function movingState({ state, migration }: Moving): MovingState | null {
  if (migration.isAwaited) return 'inmigrate';
  if (migration.isLeaving) return 'finish-migrate';
  const standsStill = state === 'created' || state === 'paused';
  return migration.isGone && standsStill && !migration.isAfresh ? 'postmigrate' : null;
}
