import type { MachineState } from '../machine-types.ts';
import type { MachineMigration } from './index.ts';

/** What a migration makes of a machine, in words of QEMU's RunState. */
export type MovingState = 'inmigrate' | 'finish-migrate' | 'postmigrate';

/** Why a machine stands still that goes elsewhere or comes from there; null: no migration is the reason. */
export function movingState({
  state,
  migration,
}: {
  readonly state: MachineState;
  readonly migration: Pick<MachineMigration, 'isAwaited' | 'isLeaving' | 'isGone'>;
}): MovingState | null {
  if (migration.isAwaited) return 'inmigrate';
  if (migration.isLeaving) return 'finish-migrate';
  return migration.isGone && state === 'paused' ? 'postmigrate' : null;
}
