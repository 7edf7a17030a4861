import { gzipSync } from 'node:zlib';
import { type ArchiveEntry, cpioArchive } from './cpio.ts';

/**
 * A compressed initial root file system of these entries. Parent directories that are not listed are added; of two
 * entries with one path the later counts.
 */
export function initramfs(entries: readonly ArchiveEntry[]): Uint8Array {
  return gzipSync(cpioArchive(withParents(entries)));
}

/**
 * One initrd of several: the kernel unpacks them one after the other into the same root file system, and a later one's
 * files win (kernel documentation, driver-api/early-userspace/buffer-format; archives that are not compressed begin at
 * multiples of four bytes).
 */
export function joinInitrds(...initrds: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(initrds.flatMap((initrd) => [initrd, new Uint8Array(-initrd.length & 3)]));
}

/** The entries, each after the directories it lies in. */
function withParents(entries: readonly ArchiveEntry[]): ArchiveEntry[] {
  const tree = new Map<string, ArchiveEntry>();
  for (const entry of entries) {
    for (const path of parentsOf(entry.path)) {
      if (!tree.has(path)) tree.set(path, { type: 'directory', path });
    }
    tree.set(entry.path, entry);
  }
  return [...tree.values()];
}

function parentsOf(path: string): string[] {
  const names = path.split('/').slice(0, -1);
  return names.map((_, index) => names.slice(0, index + 1).join('/'));
}
