import type { SavedComponents } from '../../runtime/snapshot/components.ts';
import type { Saved } from '../../runtime/snapshot/describe.ts';
import type { StartImages } from '../boot-images.ts';
import type { Host } from '../host.ts';
import type { MachineOptions } from '../options.ts';
import { SnapshotError } from './layout.ts';
import { readSnapshot } from './read.ts';

/** What a snapshot of a machine holds. */
export interface MachineSnapshot {
  /** What a machine is made of that can go on from it. */
  readonly options: MachineOptions;
  readonly components: SavedComponents;
}

/** Options that say how a machine runs here and now, not what it is. */
const passing: readonly (keyof MachineOptions)[] = ['name', 'isolate', 'drives', 'boot', 'videoBios', 'startTime'];

/** `images`: what the machine was started with. A machine made from the snapshot needs no files. */
export function savedMachine(options: MachineOptions, images: StartImages, components: SavedComponents): Saved {
  const lasting = Object.entries(options).filter(([name, value]) => value !== undefined && !isPassing(name));
  const { boot, videoRom } = images;
  // What cards are connected to is of here and now, too.
  const network = options.network?.map(({ backend: _, backendName: __, ...card }) => card);
  return {
    options: {
      ...Object.fromEntries(lasting),
      ...(network && { network }),
      boot,
      ...(videoRom && { videoBios: videoRom }),
    } as Saved,
    components,
  };
}

const isPassing = (name: string): boolean => (passing as readonly string[]).includes(name);

/**
 * The other way round. The options are checked where a machine is made of them, the components where they are loaded.
 * @throws SnapshotError
 */
export async function readMachine(snapshot: Uint8Array, { decompressor }: Host): Promise<MachineSnapshot> {
  const saved = await readSnapshot(NAME, snapshot, decompressor);
  const { options, components } = (saved ?? {}) as { options?: Saved; components?: Saved };
  if (!isRecord(options) || !isRecord(components)) throw new SnapshotError(NAME, 'does not hold a machine');
  return { options: options as unknown as MachineOptions, components: components as SavedComponents };
}

/** What messages call it: who has the bytes knows where they come from. */
const NAME = 'the snapshot';

function isRecord(saved: Saved | undefined): boolean {
  return typeof saved === 'object' && saved !== null && !Array.isArray(saved) && !(saved instanceof Uint8Array);
}

/** The machine has refused a state. */
export function unfit({ message }: Error): SnapshotError {
  return new SnapshotError(NAME, `is of a machine with other options: ${message}`);
}
