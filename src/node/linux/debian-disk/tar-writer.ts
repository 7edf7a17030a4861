import type { Bytes } from '../../../containers/streams.ts';
import type { DirectoryEntry, FileEntry, SymlinkEntry } from '../cpio.ts';

/** A tar archive with these folders, files and links, all of root's. */
export async function* packTar(entries: readonly (DirectoryEntry | FileEntry | SymlinkEntry)[]): Bytes {
  const { pack } = await import('tar-stream');
  const archive = pack();
  for (const entry of entries) {
    const { path: name, type } = entry;
    if (type === 'symlink') archive.entry({ name, type, linkname: entry.target });
    else if (type === 'directory') archive.entry({ name, type, mode: entry.mode ?? 0o755 });
    else archive.entry({ name, type, mode: entry.mode ?? 0o644 }, Buffer.from(entry.data));
  }
  archive.finalize();
  yield* archive as Bytes;
}
