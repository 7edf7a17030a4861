import { getEntry, setEntry, Table } from '../table.ts';
import { ClusterMap } from './cluster-map.ts';
import type { Qcow2Disk } from './disk.ts';
import { ownEntry } from './mapping.ts';
import type { Metadata } from './metadata.ts';
import { dropReferences } from './references.ts';
import { growL1, l1Entries } from './resize.ts';
import type { ImageSnapshot } from './snapshots.ts';

/** A larger one than this, in bytes, is read by nobody: it would be none of ours. */
const MOST_BYTES = 2 ** 32;

/*
 * The state of a machine is kept where the disk would go on beyond its end, from the next L2 table on, as QEMU does it
 * (block/qcow2.c, qcow2_vm_state_offset). A snapshot takes it over with all else; then the disk lets go of it.
 */

/** The first entry of the L1 table, and the first cluster, that are for the state of a machine. */
function startOf({ file }: Metadata): { entry: number; cluster: number } {
  const entry = l1Entries(file.store, file.header.size, file.clusterSize);
  return { entry, cluster: entry * (file.clusterSize / 8) };
}

/** Writes it beyond the end of the disk. */
export async function writeMachineState(metadata: Metadata, state: Uint8Array): Promise<void> {
  const { file, map, refcounts, free } = metadata;
  const { entry, cluster } = startOf(metadata);
  const clusters = Math.ceil(state.length / file.clusterSize);
  const entries = entry + Math.ceil(clusters / (file.clusterSize / 8));
  if (entries > file.header.l1Size) await growL1(metadata, entries);
  for (let n = 0; n < clusters; n++) {
    if (metadata.isCrowded) await metadata.commit();
    const place = await refcounts.allocate();
    await file.store.write(place, state.subarray(n * file.clusterSize, (n + 1) * file.clusterSize));
    await map.set(cluster + n, ownEntry(place), refcounts, free);
  }
}

/** Lets the disk go of what is beyond its end. */
export async function dropMachineState(metadata: Metadata): Promise<void> {
  const { l1 } = metadata.map;
  const range = [startOf(metadata).entry, l1.bytes.length / 8] as const;
  const old = new Table(l1.offset, l1.bytes.slice());
  for (let index = range[0]; index < range[1]; index++) {
    const { high, low } = getEntry(l1, index);
    if (high !== 0 || low !== 0) setEntry(l1, index, { high: 0, low: 0 });
  }
  await metadata.commit();
  await dropReferences(metadata, old, range);
}

/**
 * The state of a machine that is kept with a snapshot.
 * @throws StorageError if it cannot be read
 */
export function readMachineState(
  disk: Qcow2Disk,
  { l1Offset, l1Size, stateBytes }: ImageSnapshot,
): Promise<Uint8Array> {
  return disk.alone(async () => {
    const { file } = disk.metadata;
    if (stateBytes > Math.min(MOST_BYTES, file.store.size))
      throw file.error(`the snapshot cannot have ${stateBytes} bytes of the state of a machine`);
    const map = ClusterMap.of(file, await file.readTable(l1Offset, l1Size));
    const start = startOf(disk.metadata).cluster * file.clusterSize;
    const state = new Uint8Array(stateBytes);
    for (let at = 0; at < stateBytes; ) {
      const { mapping, length } = await map.run(start + at, stateBytes - at);
      if (mapping.kind === 'compressed')
        throw file.error('the state of a machine is compressed, as no program does it');
      if (mapping.kind === 'data')
        await file.readPadded(mapping.offset + ((start + at) % file.clusterSize), state.subarray(at, at + length));
      at += length;
    }
    return state;
  });
}
