import { statSync } from 'node:fs';
import { archivedFiles, plainName } from '../../appliance/archive.ts';
import { MemberStore } from '../../storage/member-store.ts';
import { type ByteStore, StorageError } from '../../storage/store.ts';

/** A file within an archive, by the names of both. */
export interface MemberName {
  readonly archive: string;
  readonly member: string;
}

/** `FILE.ova/NAME` or `FILE.ova/FOLDER/NAME`, if there is such an archive; undefined: another name. */
export function memberName(name: string): MemberName | undefined {
  const [, archive, member] = /^(.+\.ova)[/\\](.+)$/i.exec(name) ?? [];
  if (archive === undefined || statSync(archive, { throwIfNoEntry: false })?.isFile() !== true) return undefined;
  return { archive, member: member! };
}

/**
 * Opens a file within an archive.
 * @throws StorageError if it is not there, or is to be written
 */
export async function openMember(
  { archive, member }: MemberName,
  access: 'read' | 'write',
  open: (name: string) => Promise<ByteStore>,
): Promise<ByteStore> {
  const store = await open(archive);
  try {
    const file = (await archivedFiles(store)).find(({ name }) => name === plainName(member));
    if (file === undefined) throw new StorageError(store, `has no file '${member}'`);
    const found = new MemberStore(store, file);
    if (access === 'read') return found;
    throw new StorageError(found, 'is in an archive, where it can only be read; give readonly=on, or -snapshot');
  } catch (error) {
    await store.close();
    throw error;
  }
}
