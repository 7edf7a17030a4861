import { ConfigurationError } from '../../index.ts';
import { nodeStorage } from '../../node/storage.ts';
import { formatNamed } from '../../storage/formats.ts';
import { openDisk } from '../../storage/open.ts';
import { Qcow2Disk } from '../../storage/qcow2/disk.ts';
import { applySnapshot, createSnapshot, deleteSnapshot, listSnapshots } from '../../storage/qcow2/image-snapshots.ts';
import { snapshotLines } from '../../storage/snapshot-list.ts';
import type { Disk } from '../../storage/store.ts';
import type { Arguments } from './arguments.ts';

/** Actions on the snapshot of a name. */
const actions = {
  create: (disk: Qcow2Disk, name: string) => createSnapshot(disk, { name, date: BigInt(Date.now()) * 1_000_000n }),
  apply: applySnapshot,
  delete: deleteSnapshot,
} as const;
const actionNames = Object.keys(actions) as (keyof typeof actions)[];

/** `image snapshot`: returns what it says. */
export async function snapshotImage({ values, words: [file] }: Arguments): Promise<string> {
  const given = actionNames.filter((action) => values[action] !== undefined);
  if (given.length + Number(values.list ?? false) > 1) throw new ConfigurationError('give one of -l, -c, -a and -d');
  const [action] = given;
  const access = action === undefined ? 'read' : 'write';
  const disk = await openDisk(nodeStorage, file, { format: formatNamed(values.format), access });
  try {
    if (action === undefined) return disk instanceof Qcow2Disk ? await listed(disk) : '';
    await actions[action](qcow2Of(disk), values[action]!);
    return '';
  } finally {
    await disk.close();
  }
}

async function listed(disk: Qcow2Disk): Promise<string> {
  const snapshots = await listSnapshots(disk);
  return snapshots.length === 0 ? '' : `Snapshot list:\n${snapshotLines(snapshots)}`;
}

/** @throws ConfigurationError for a disk without snapshots */
function qcow2Of(disk: Disk): Qcow2Disk {
  if (disk instanceof Qcow2Disk) return disk;
  throw new ConfigurationError(
    `${disk.name}: a ${disk.format} image has no snapshots; "image convert -O qcow2" makes one that can`,
  );
}
