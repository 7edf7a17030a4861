import type { Qcow2Disk } from '../storage/qcow2/disk.ts';
import { createSnapshot, forgetSnapshot, listSnapshots, type NewSnapshot } from '../storage/qcow2/image-snapshots.ts';
import { readMachineState } from '../storage/qcow2/machine-state.ts';
import type { ImageSnapshot } from '../storage/qcow2/snapshots.ts';
import { ConfigurationError } from '../util/errors.ts';
import { NO_IMAGE } from './protocol.ts';
import type { ServedDrive } from './served-drive.ts';

/** Snapshots that a drive's image has within itself, the oldest first. */
export interface DriveSnapshots {
  /** The drive's name, such as 'ide0-hd0'. */
  readonly drive: string;
  /** In the order of the image's table. */
  readonly snapshots: readonly ImageSnapshot[];
}

/** A drive whose image has snapshots within itself. */
interface Holder {
  readonly drive: string;
  readonly disk: Qcow2Disk;
}

/**
 * Snapshots of a machine within its images, as QEMU has them (migration/savevm.c): each image that the guest can write has one of
 * the same name, and the first has the state of the machine with it.
 */
export class ImageSnapshots {
  readonly #drives: readonly ServedDrive[];

  constructor(drives: readonly ServedDrive[]) {
    this.#drives = drives;
  }

  /** @throws ConfigurationError if there is an image that cannot have snapshots, or none that can */
  #holders(): readonly Holder[] {
    const without = this.#drives.find((drive) => drive.lacksSnapshots);
    if (without) throw new ConfigurationError(`Device '${without.name}' is writable but does not support snapshots`);
    return this.#present();
  }

  /**
   * The holders of snapshots that there are, whether others cannot have snapshots or not.
   * @throws ConfigurationError if there is none
   */
  #present(): readonly Holder[] {
    const holders = this.#drives.flatMap(({ name, snapshotDisk: disk }) => (disk ? [{ drive: name, disk }] : []));
    if (holders.length === 0) throw new ConfigurationError(NO_IMAGE);
    return holders;
  }

  /** @throws ConfigurationError if no image can have snapshots */
  async list(): Promise<readonly DriveSnapshots[]> {
    return await Promise.all(
      this.#present().map(async ({ drive, disk }) => ({ drive, snapshots: await listSnapshots(disk) })),
    );
  }

  /**
   * Takes one of all images. It takes the place of one that has the name. If one image cannot have it none has.
   * @throws ConfigurationError
   */
  async create({ state, ...snapshot }: NewSnapshot): Promise<void> {
    const holders = this.#holders();
    const before = await Promise.all(holders.map(({ disk }) => listSnapshots(disk)));
    const done: Holder[] = [];
    try {
      for (const holder of holders) {
        await createSnapshot(holder.disk, { ...snapshot, ...(done.length === 0 && state && { state }) });
        done.push(holder);
      }
    } catch (error) {
      for (const { disk } of done) await forgetSnapshot(disk, (await listSnapshots(disk)).at(-1)!.id);
      throw error;
    }
    for (const [n, { disk }] of holders.entries()) await forgetAll(disk, named(before[n], snapshot.name));
  }

  /**
   * The state of the machine that is kept with a snapshot.
   * @throws ConfigurationError if one image has no such snapshot
   */
  async state(name: string): Promise<Uint8Array> {
    const holders = this.#holders();
    const found = await Promise.all(holders.map(async ({ disk }) => named(await listSnapshots(disk), name)[0]));
    if (found.some((snapshot) => snapshot === undefined))
      throw new ConfigurationError(`Snapshot '${name}' does not exist in one or more devices`);
    const first = found[0]!;
    if (first.stateBytes > 0) return await readMachineState(holders[0].disk, first);
    throw new ConfigurationError(
      `the snapshot '${name}' is of the disk alone, without the state of a machine; "image snapshot -a" puts the disk back to it`,
    );
  }

  /** Forgets all of a name; there may be none. */
  async delete(name: string): Promise<void> {
    for (const { disk } of this.#holders()) await forgetAll(disk, named(await listSnapshots(disk), name));
  }
}

function named(snapshots: readonly ImageSnapshot[], name: string): ImageSnapshot[] {
  return snapshots.filter((snapshot) => snapshot.name === name);
}

async function forgetAll(disk: Qcow2Disk, snapshots: readonly ImageSnapshot[]): Promise<void> {
  for (const { id } of snapshots) await forgetSnapshot(disk, id);
}
