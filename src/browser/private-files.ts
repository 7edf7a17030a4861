/** Safari's and Firefox's errors for it in private windows say nothing; pages without https: have no storage at all. */
const NO_FILES =
  'the browser keeps no files of this page: it may be in a private window, or its address has to begin with https: or http://localhost';

/**
 * A folder of the page's private files (File System Standard: the origin private file system).
 * @throws Error that says so where the browser has none, DOMException where there is no room
 */
export async function privateFolder(name: string): Promise<FileSystemDirectoryHandle> {
  try {
    const root = await navigator.storage.getDirectory();
    return await root.getDirectoryHandle(name, { create: true });
  } catch (cause) {
    if ((cause as Error).name === 'QuotaExceededError') throw cause;
    throw new Error(NO_FILES, { cause });
  }
}

/**
 * Writes a file, or makes a new one. If that fails all is as it was before.
 * @param ready is called when all is written, and nothing of it can be seen yet; if it rejects the writing has failed
 */
export async function replaceFile(
  folder: FileSystemDirectoryHandle,
  name: string,
  content: Blob,
  ready: () => Promise<void> = async () => {},
): Promise<void> {
  const isNew = await folder.getFileHandle(name).then(
    () => false,
    () => true,
  );
  const file = await folder.getFileHandle(name, { create: true });
  let target: FileSystemWritableFileStream | undefined;
  try {
    target = await file.createWritable();
    await content.stream().pipeTo(target, { preventClose: true });
    await ready();
    await target.close();
  } catch (error) {
    await target?.abort().catch(() => {});
    if (isNew) await folder.removeEntry(name).catch(() => {});
    throw error;
  }
}
