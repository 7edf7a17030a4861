import type { Saved } from '../../runtime/snapshot/describe.ts';
import type { Host } from '../host.ts';
import type { MachineOptions } from '../options.ts';
import { SnapshotError } from './layout.ts';
import { checkedMedia } from './media.ts';
import { isRecord, NAME, restoredOptions } from './options.ts';
import { readSnapshot } from './read.ts';
import type { WholeState } from './state.ts';

/** What a snapshot of a machine holds. */
export interface MachineSnapshot extends WholeState {
  /** What a machine is made of that can go on from it. */
  readonly options: MachineOptions;
}

/**
 * What a snapshot's bytes hold. The options are checked where a machine is made of them, the components where they are loaded.
 * @throws SnapshotError
 */
export async function readMachine(snapshot: Uint8Array, { decompressor }: Host): Promise<MachineSnapshot> {
  const saved = await readSnapshot(NAME, snapshot, decompressor);
  const { options, components, media = {} } = (saved ?? {}) as { readonly [name: string]: Saved | undefined };
  if (!isRecord(options) || !isRecord(components)) throw new SnapshotError(NAME, 'does not hold a machine');
  return { options: restoredOptions(options), components, media: checkedMedia(media) };
}
