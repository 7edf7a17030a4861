import type { SavedComponents } from '../../runtime/snapshot/components.ts';
import type { Saved } from '../../runtime/snapshot/describe.ts';
import type { Host } from '../host.ts';
import type { MachineOptions } from '../options.ts';
import { SnapshotError } from './layout.ts';
import { isRecord, NAME, restoredOptions, type SavedParts, savedOptions } from './options.ts';
import { readSnapshot } from './read.ts';

/** What a snapshot of a machine holds. */
export interface MachineSnapshot {
  /** What a machine is made of that can go on from it. */
  readonly options: MachineOptions;
  readonly components: SavedComponents;
}

/** What a machine is made of. One that is made from its snapshot needs no files. */
export function savedMachine(options: MachineOptions, parts: SavedParts, components: SavedComponents): Saved {
  return { options: savedOptions(options, parts), components };
}

/**
 * The other way round. The options are checked where a machine is made of them, the components where they are loaded.
 * @throws SnapshotError
 */
export async function readMachine(snapshot: Uint8Array, { decompressor }: Host): Promise<MachineSnapshot> {
  const saved = await readSnapshot(NAME, snapshot, decompressor);
  const { options, components } = (saved ?? {}) as { options?: Saved; components?: Saved };
  if (!isRecord(options) || !isRecord(components)) throw new SnapshotError(NAME, 'does not hold a machine');
  return { options: restoredOptions(options), components: components as SavedComponents };
}

/** The machine has refused a state. */
export function unfit({ message }: Error): SnapshotError {
  return new SnapshotError(NAME, `is of a machine with other options: ${message}`);
}
