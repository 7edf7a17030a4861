/** One entry of an archive. */
export type ArchiveEntry = DirectoryEntry | FileEntry | SymlinkEntry | DeviceEntry;

/** The fields that all entries have. */
interface NamedEntry {
  /** Without a leading slash. */
  readonly path: string;
}

/** A folder. */
export interface DirectoryEntry extends NamedEntry {
  /** Tells it from other entries. */
  readonly type: 'directory';
  /** Permission bits only. Default: 0755. */
  readonly mode?: number;
}

/** A file. */
export interface FileEntry extends NamedEntry {
  /** Tells it from other entries. */
  readonly type: 'file';
  /** Permission bits only. Default: 0644. */
  readonly mode?: number;
  /** The file's contents; text as UTF-8. */
  readonly data: Uint8Array | string;
}

/** A symbolic link. */
export interface SymlinkEntry extends NamedEntry {
  /** Tells it from other entries. */
  readonly type: 'symlink';
  /** Where it points. */
  readonly target: string;
}

/** A device file. */
export interface DeviceEntry extends NamedEntry {
  /** Tells it from other entries. */
  readonly type: 'character-device' | 'block-device';
  /** Permission bits only. Default: 0600. */
  readonly mode?: number;
  /** Number of the driver. */
  readonly major: number;
  /** Number of the device among the driver's. */
  readonly minor: number;
}

/** File type bits of a mode and the permissions an entry has if it names none (inode(7)). */
const kinds = {
  directory: { type: 0o040000, mode: 0o755 },
  file: { type: 0o100000, mode: 0o644 },
  symlink: { type: 0o120000, mode: 0o777 },
  'character-device': { type: 0o020000, mode: 0o600 },
  'block-device': { type: 0o060000, mode: 0o600 },
} as const;

const encoder = new TextEncoder();

/**
 * A cpio archive in the "newc" format, which the Linux kernel unpacks as its first root file system
 * (kernel documentation, driver-api/early-userspace/buffer-format). Times are 0: equal input gives equal bytes.
 */
export function cpioArchive(entries: readonly ArchiveEntry[]): Uint8Array {
  const parts: Uint8Array[] = [];
  entries.forEach((entry, index) => {
    parts.push(...member(entry.path, index + 1, fieldsOf(entry), contentsOf(entry)));
  });
  parts.push(...member('TRAILER!!!', 0, { mode: 0, links: 1, major: 0, minor: 0 }, new Uint8Array(0)));
  return Buffer.concat(parts);
}

interface Fields {
  readonly mode: number;
  readonly links: number;
  readonly major: number;
  readonly minor: number;
}

function fieldsOf(entry: ArchiveEntry): Fields {
  const kind = kinds[entry.type];
  const permissions = 'mode' in entry ? (entry.mode ?? kind.mode) : kind.mode;
  return {
    mode: kind.type | permissions,
    links: entry.type === 'directory' ? 2 : 1,
    major: 'major' in entry ? entry.major : 0,
    minor: 'minor' in entry ? entry.minor : 0,
  };
}

function contentsOf(entry: ArchiveEntry): Uint8Array {
  if (entry.type === 'symlink') return encoder.encode(entry.target);
  if (entry.type !== 'file') return new Uint8Array(0);
  return typeof entry.data === 'string' ? encoder.encode(entry.data) : entry.data;
}

/** A header with the name, and the contents; each padded with zeros to a multiple of four bytes. */
function member(path: string, inode: number, fields: Fields, contents: Uint8Array): Uint8Array[] {
  const name = encoder.encode(`${path}\0`);
  const words = [
    inode,
    fields.mode,
    0, // user
    0, // group
    fields.links,
    0, // modification time
    contents.length,
    0, // major and minor of the device that holds the file
    0,
    fields.major,
    fields.minor,
    name.length,
    0, // check sum: 0 in this format
  ];
  const header = encoder.encode(`070701${words.map((word) => word.toString(16).padStart(8, '0')).join('')}`);
  return [header, name, padding(header.length + name.length), contents, padding(contents.length)];
}

function padding(length: number): Uint8Array {
  return new Uint8Array(-length & 3);
}
