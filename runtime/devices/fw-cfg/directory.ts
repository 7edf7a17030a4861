import { DirectoryEntry, Key } from './registers.ts';

/** Something that firmware can read. */
export interface FirmwareFile {
  /** Such as 'etc/e820'; at most 55 ASCII characters. */
  readonly name: string;
  /** Called when it is selected: it may tell of what firmware has set up until then. Its length never changes. */
  content(): Uint8Array;
}

/** The directory: how many files there are, and of each its size, key and name. Keys follow the order of the list. */
export function directory(files: readonly FirmwareFile[]): Uint8Array {
  const bytes = new Uint8Array(4 + files.length * DirectoryEntry.bytes);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, files.length);
  files.forEach(({ name, content }, index) => {
    const at = 4 + index * DirectoryEntry.bytes;
    view.setUint32(at + DirectoryEntry.size, content().length);
    view.setUint16(at + DirectoryEntry.key, Key.firstFile + index);
    bytes.set(nameBytes(name), at + DirectoryEntry.name);
  });
  return bytes;
}

function nameBytes(name: string): number[] {
  if (name.length >= DirectoryEntry.nameBytes) throw new Error(`the name of firmware file '${name}' is too long`);
  return Array.from(name, (character) => character.charCodeAt(0));
}
