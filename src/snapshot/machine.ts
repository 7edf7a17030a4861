import type { SavedComponents } from '../../runtime/snapshot/components.ts';
import type { Saved } from '../../runtime/snapshot/describe.ts';
import type { Host } from '../host.ts';
import type { MachineOptions } from '../options/options.ts';
import type { SavedShares } from '../shares/index.ts';
import { checkedBytes, isBytes, shown } from '../util/checks.ts';
import { ConfigurationError } from '../util/errors.ts';
import { SnapshotError } from './layout.ts';
import { checkedMedia } from './media.ts';
import { isRecord, NAME, restoredOptions } from './options.ts';
import type { WholeState } from './state.ts';

/** A snapshot, as `Machine.snapshot()` gives it or `fetch` and the like have it. */
export type SnapshotBytes = Uint8Array | ArrayBuffer | Blob;

/** The contents of a machine's snapshot. */
export interface MachineSnapshot extends WholeState {
  /** The options of a machine that can go on from it. */
  readonly options: MachineOptions;
}

/** A machine's snapshot of which the largest part is still to be read. */
export interface OpenedMachine extends Omit<MachineSnapshot, 'components'> {
  /**
   * Reads the rest, once.
   * @throws SnapshotError
   */
  components(): Promise<SavedComponents>;
}

/**
 * Reads a snapshot. The options are checked where a machine is made of them, the components where they are loaded.
 * @throws SnapshotError
 */
export async function readMachine(snapshot: SnapshotBytes, host: Host): Promise<MachineSnapshot> {
  const { components, ...others } = await openMachine(snapshot, host);
  return { ...others, components: await components() };
}

/**
 * As much as a machine is made of.
 * @throws SnapshotError
 */
export async function openMachine(snapshot: SnapshotBytes, { decompressor }: Host): Promise<OpenedMachine> {
  const bytes = snapshot instanceof Blob ? await snapshot.arrayBuffer() : snapshot;
  if (!isBytes(bytes))
    throw new ConfigurationError(`${NAME} is ${shown(bytes)}; it must be a Uint8Array, an ArrayBuffer or a Blob`);
  // Most machines are turned on.
  const { SnapshotReader } = await import('./read.ts');
  const reader = await SnapshotReader.open(NAME, checkedBytes('the snapshot', bytes), decompressor);
  const options = recordOf(await reader.part('options'));
  return {
    options: restoredOptions(options),
    media: checkedMedia((await reader.part('media')) ?? {}),
    shares: checkedShares((await reader.part('shares')) ?? {}),
    components: async () => {
      await reader.check();
      return recordOf(await reader.part('components', 'in place'));
    },
  };
}

/** The contents of folders, from a file that anybody may have made; where they are loaded each is checked. */
export function checkedShares(saved: Saved): SavedShares {
  if (!isRecord(saved)) throw new SnapshotError(NAME, "'shares' of its machine is not what folders have");
  return saved;
}

function recordOf(saved: Saved | undefined): SavedComponents {
  if (!isRecord(saved)) throw new SnapshotError(NAME, 'does not hold a machine');
  return saved;
}
