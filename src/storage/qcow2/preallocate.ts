import type { Qcow2Disk } from './disk.ts';
import { ownEntry } from './mapping.ts';

/**
 * Gives each cluster of a new disk its place in the file: writes to it then change no metadata.
 * @param contents of these places: holes of the file, or zeros that are written, so that the host keeps room for them
 */
export function preallocate(disk: Qcow2Disk, contents: 'holes' | 'zeros'): Promise<void> {
  return disk.change(async (metadata) => {
    const { file, map, refcounts, free } = metadata;
    const { store, clusterSize } = file;
    const zeros = new Uint8Array(clusterSize);
    let end = 0;
    // The file has the clusters before anything points to them.
    const commit = async (): Promise<void> => {
      if (store.size < end) await store.resize(end);
      await metadata.commit();
    };
    for (let cluster = 0; cluster * clusterSize < disk.size; cluster++) {
      if (metadata.isCrowded) await commit();
      const place = await refcounts.allocate();
      if (contents === 'zeros') await store.write(place, zeros);
      end = Math.max(end, place + clusterSize);
      await map.set(cluster, ownEntry(place), refcounts, free);
    }
    await commit();
  });
}
