import type { Saved } from '../../runtime/snapshot/describe.ts';

/** A place in a shared folder: a name in a directory, with what is there now. It must be released. */
export interface Place {
  readonly name: string;
  /** The directory that it is in; null for the shared folder itself, and for what was removed. */
  readonly parent: Place | null;
}

/** Attributes of a file, as the guest is to see them. Times are nanoseconds since 1970. */
export interface Attributes {
  /** Kind and permissions, as in stat(2). */
  readonly mode: number;
  readonly user: number;
  readonly group: number;
  readonly links: bigint;
  /** The device number of a device file. */
  readonly device: bigint;
  readonly size: bigint;
  readonly blockSize: bigint;
  readonly blocks: bigint;
  readonly accessTime: bigint;
  readonly modificationTime: bigint;
  readonly changeTime: bigint;
  /** A number that all names of a file share, and no other files have. */
  readonly id: bigint;
}

/** Properties of a new file. */
export interface NewFile {
  /** Permissions, without the kind. */
  readonly mode: number;
  readonly user: number;
  readonly group: number;
}

/** A time that is given, in nanoseconds since 1970, or the present one. */
export type GivenTime = bigint | 'now';

/** Changes of a file's attributes; those that are left out stay. */
export interface Changes {
  readonly mode?: number;
  readonly user?: number;
  readonly group?: number;
  readonly size?: number;
  readonly accessTime?: GivenTime;
  readonly modificationTime?: GivenTime;
}

/** A file that is open. Positions are bytes. */
export interface OpenFile {
  readonly kind: 'file';
  /** Fills `target`, as far as the file goes: bytes that there were. */
  read(target: Uint8Array, position: number): Promise<number>;
  write(bytes: Uint8Array, position: number): Promise<number>;
  /** Writes what the host keeps in memory to its disk; `dataOnly`: its times may wait. */
  sync(dataOnly: boolean): Promise<void>;
  close(): Promise<void>;
}

/** An entry of a directory. */
export interface DirectoryEntry {
  readonly name: string;
  /** Where to go on after it. */
  readonly next: number;
  readonly id: bigint;
  /** Kind, as in stat(2); 0 where it is not known. */
  readonly kind: number;
}

/** A directory that is open. */
export interface OpenDirectory {
  readonly kind: 'directory';
  /** The entries from a place on, "." and ".." among them; `take` says whether it wants more. Throws what `closing` is aborted by. */
  list(from: number, take: (entry: DirectoryEntry) => boolean, closing: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** Space and files of a file system: in all, and free. */
export interface FolderStatistics {
  readonly type: bigint;
  readonly blockSize: bigint;
  readonly blocks: bigint;
  readonly free: bigint;
  readonly available: bigint;
  readonly files: bigint;
  readonly freeFiles: bigint;
}

/** A client's use of a folder by one of its numbers. */
export interface FolderUse {
  readonly place: Place;
  readonly open: OpenFile | OpenDirectory | null;
}

/** A folder with what a client has of it. */
export interface UsedFolder {
  readonly folder: SharedFolder;
  /** In the order in which they were saved; their places are kept for whoever asks. */
  readonly uses: readonly FolderUse[];
}

/** Functions that save and restore a folder which is part of a machine's state. */
export interface FolderStates {
  /** Bytes of the host's memory that its files take, about. */
  readonly bytes: number;
  /** All that is in it, and what is in use there; at once. */
  save(uses: readonly FolderUse[]): Saved;
  /**
   * A folder with what was saved, in as much room as this one has.
   * @throws FolderError if it has not enough
   * @throws SavedFolderError if what was saved is none
   */
  restored(saved: Saved): UsedFolder;
}

/** An error in a folder's saved state. */
export class SavedFolderError extends Error {}

/**
 * A folder that a guest shares. Names are single ones, never "." or "..", with a character for each byte. What fails
 * throws an Error with the system's number (errnoOf). Calls come one after the other.
 */
export interface SharedFolder {
  /** The folder itself. */
  root(): Place;
  /** Has a place kept once more, or once less. */
  retain(place: Place): void;
  release(place: Place): void;
  /** The place of a name that is there; nothing is followed. */
  walk(directory: Place, name: string): Promise<Place>;
  attributes(place: Place, open?: OpenFile | OpenDirectory): Promise<Attributes>;
  /** Opens with flags of OpenFlag. */
  open(place: Place, flags: number): Promise<OpenFile | OpenDirectory>;
  create(directory: Place, name: string, flags: number, file: NewFile): Promise<{ place: Place; open: OpenFile }>;
  makeDirectory(directory: Place, name: string, file: NewFile): Promise<void>;
  makeSymbolicLink(directory: Place, name: string, target: string, file: NewFile): Promise<void>;
  /** `kind`: as in stat(2). */
  makeNode(directory: Place, name: string, kind: number, device: bigint, file: NewFile): Promise<void>;
  link(place: Place, directory: Place, name: string): Promise<void>;
  readLink(place: Place): Promise<string>;
  rename(directory: Place, name: string, newDirectory: Place, newName: string): Promise<void>;
  remove(directory: Place, name: string, isDirectory: boolean): Promise<void>;
  change(place: Place, changes: Changes, open?: OpenFile | OpenDirectory): Promise<void>;
  statistics(place: Place): Promise<FolderStatistics>;
  /** null: it is the host's, and in no state of a machine. */
  readonly states: FolderStates | null;
  /** Interrupts requests that wait for something elsewhere: they fail. */
  interrupt(): void;
  /** A request is done: what is kept only for speed may be let go. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

/** Kinds of files in a mode (stat(2)). */
export const Kind = {
  mask: 0o170000,
  directory: 0o040000,
  file: 0o100000,
  symbolicLink: 0o120000,
} as const;

/** Permissions in a mode. */
export const PERMISSIONS = 0o7777;
