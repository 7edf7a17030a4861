import { Kind, PERMISSIONS } from '../ninep/folder.ts';
import { hostName } from '../shares/paths.ts';
import { ConfigurationError } from '../util/errors.ts';
import type { Bytes } from './streams.ts';
import { tarMembers } from './tar-reader.ts';

/** A member's header in a tar archive (POSIX pax, GNU tar). Names are bytes, a character for each. */
export interface TarHeader {
  readonly name: string;
  readonly type?: string | null | undefined;
  readonly mode?: number | undefined;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  readonly size?: number | undefined;
  readonly mtime?: Date | null | undefined;
  readonly linkname?: string | null | undefined;
  readonly devmajor?: number | undefined;
  readonly devminor?: number | undefined;
}

/**
 * One change that a layer makes, in the order of its archive. Paths are names with a slash between them, none of them "." or "..", a
 * character for each byte; the root itself is "".
 */
export type LayerEntry =
  | (Owned & { readonly kind: 'directory' })
  | (Owned & { readonly kind: 'file'; readonly size: number; readonly offset: number })
  | (Owned & { readonly kind: 'symlink'; readonly target: string })
  | (Owned & { readonly kind: 'node'; readonly device: number })
  | { readonly kind: 'link'; readonly path: string; readonly target: string }
  | { readonly kind: 'whiteout'; readonly path: string }
  | { readonly kind: 'opaque'; readonly path: string };

/** The fields that files of all kinds have. */
interface Owned {
  readonly path: string;
  /** Kind and permissions, as in stat(2). */
  readonly mode: number;
  readonly user: number;
  readonly group: number;
  /** Seconds since 1970. */
  readonly modified: number;
}

/** Largest extent of a layer's files: a bound for the space that a hostile one may take from the host. */
export interface LayerLimits {
  readonly entries: number;
  /** Bytes of all files. */
  readonly bytes: number;
  /** Bytes of all names and targets of links: all of them are in memory at once. */
  readonly names: number;
}

/** So many files take some hundreds of megabytes of the host while they are read. */
export const LAYER_LIMITS: LayerLimits = { entries: 500_000, bytes: 8 * 2 ** 30, names: 2 ** 26 };

/** Names of OCI's image layers (layer.md, Whiteouts). */
const WHITEOUT = '.wh.';
const OPAQUE = '.wh..wh..opq';

const [MOST_NAME, MOST_PATH] = [255, 4096];
const MOST_WORD = 0xffffffff;

const kinds: Readonly<Record<string, number>> = {
  'character-device': 0o020000,
  'block-device': 0o060000,
  fifo: 0o010000,
};

/** Bytes of an entry's name, and of its target. */
export const nameBytes = (entry: LayerEntry): number =>
  entry.path.length + ('target' in entry ? entry.target.length : 0);

/** A layer's changes. The contents of its files stand one after the other. */
export interface LayerIndex {
  /** Bytes of the contents. */
  readonly bytes: number;
  readonly entries: readonly LayerEntry[];
}

/**
 * Reads a layer.
 * @param archive its archive, unpacked
 * @param name what messages call it
 * @param write takes the contents of its files, part after part
 * @throws ConfigurationError if it is damaged, hostile or too large
 */
export async function readLayer(
  archive: Bytes,
  name: string,
  limits: LayerLimits,
  write: (part: Uint8Array) => Promise<void>,
): Promise<LayerIndex> {
  const reader = new LayerReader(name, limits);
  for await (const member of tarMembers(archive, name)) {
    const kept = reader.add(member.header);
    for await (const part of member) if (kept > 0) await write(part);
  }
  return { bytes: reader.bytes, entries: reader.entries };
}

/** Reads the members of one layer's archive, one after the other, into what the layer changes. */
class LayerReader {
  readonly #name: string;
  readonly #limits: LayerLimits;
  readonly entries: LayerEntry[] = [];
  /** Bytes of all files so far: where the next one's contents begin. */
  bytes = 0;
  #names = 0;

  /** @param name what messages call the layer */
  constructor(name: string, limits: LayerLimits = LAYER_LIMITS) {
    this.#name = name;
    this.#limits = limits;
  }

  /**
   * Takes a member. Gives how many bytes of its contents are to be kept, in front of those of the next one.
   * @throws ConfigurationError that names the member
   */
  add(header: TarHeader): number {
    if (this.entries.length >= this.#limits.entries) this.#fail(header, `${this.#limits.entries} files are possible`);
    const path = this.#path(header, header.name, 'its name');
    const entry = this.#entry(header, path);
    this.entries.push(entry);
    this.#names += nameBytes(entry);
    if (this.#names > this.#limits.names) this.#fail(header, `${this.#limits.names} bytes of names are possible`);
    if (entry.kind !== 'file') return 0;
    this.bytes += entry.size;
    if (this.bytes > this.#limits.bytes) this.#fail(header, `${this.#limits.bytes} bytes in all are possible`);
    return entry.size;
  }

  #entry(header: TarHeader, path: string): LayerEntry {
    const slash = path.lastIndexOf('/');
    const name = path.slice(slash + 1);
    if (name === OPAQUE) return { kind: 'opaque', path: path.slice(0, Math.max(0, slash)) };
    if (name.startsWith(WHITEOUT)) return this.#whiteout(header, path, name.slice(WHITEOUT.length));
    const owned = this.#owned(header, path);
    switch (header.type) {
      case 'file':
      case 'contiguous-file':
        return { ...owned, kind: 'file', mode: owned.mode | Kind.file, size: header.size ?? 0, offset: this.bytes };
      case 'directory':
        return { ...owned, kind: 'directory', mode: owned.mode | Kind.directory };
      case 'symlink':
        return { ...owned, kind: 'symlink', mode: 0o777 | Kind.symbolicLink, target: this.#target(header) };
      case 'link':
        return { kind: 'link', path, target: this.#linked(header) };
      case 'character-device':
      case 'block-device':
      case 'fifo':
        return { ...owned, kind: 'node', mode: owned.mode | kinds[header.type]!, device: deviceOf(header) };
    }
    return this.#fail(header, `it is of a kind that layers do not have (${header.type ?? 'unknown'})`);
  }

  #whiteout(header: TarHeader, path: string, name: string): LayerEntry {
    if (name === '' || name === '.' || name === '..') this.#fail(header, 'it removes no file that there may be');
    return { kind: 'whiteout', path: `${path.slice(0, path.lastIndexOf('/') + 1)}${name}` };
  }

  #owned(header: TarHeader, path: string): Owned {
    const { mode = 0, uid = 0, gid = 0 } = header;
    for (const number of [mode, uid, gid])
      if (!Number.isSafeInteger(number) || number < 0 || number > MOST_WORD) this.#fail(header, 'its owner is none');
    const modified = Math.floor((header.mtime?.getTime() ?? 0) / 1000);
    return {
      path,
      mode: mode & PERMISSIONS,
      user: uid,
      group: gid,
      modified: Number.isFinite(modified) ? modified : 0,
    };
  }

  #target(header: TarHeader): string {
    const target = header.linkname ?? '';
    if (target === '' || target.includes('\0') || target.length >= MOST_PATH)
      this.#fail(header, 'it leads to no path that there may be');
    return target;
  }

  /** Hard links lead to files of the image alone. */
  #linked(header: TarHeader): string {
    const { linkname } = header;
    if (!linkname) return this.#fail(header, 'it is a hard link to nothing');
    if (linkname.startsWith('/')) this.#fail(header, `it is a hard link to '${hostName(linkname)}', out of the layer`);
    const target = this.#path(header, linkname, `its hard link to '${hostName(linkname)}'`);
    return target === '' ? this.#fail(header, 'it is a hard link to a directory') : target;
  }

  /** As in GNU tar, a slash in front doesn't count. ".." is refused wherever it leads. */
  #path(header: TarHeader, text: string, what: string): string {
    const names = text.split('/').filter((name) => name !== '' && name !== '.');
    if (names.includes('..')) this.#fail(header, `${what} leads out of the layer by '..'`);
    if (text.includes('\0')) this.#fail(header, `${what} is none that a file may have`);
    const path = names.join('/');
    if (path.length >= MOST_PATH || path.split('/').some((name) => name.length > MOST_NAME))
      this.#fail(header, `${what} is too long`);
    return path;
  }

  #fail(header: TarHeader, why: string): never {
    const text = hostName(header.name);
    throw new ConfigurationError(`${this.#name}: '${text.length > 200 ? `${text.slice(0, 200)}…` : text}': ${why}`);
  }
}

/** A device's number, as Linux's stat(2) has it for the guest (new_encode_dev). */
function deviceOf({ devmajor = 0, devminor = 0 }: TarHeader): number {
  return ((devminor & 0xff) | ((devmajor & 0xfff) << 8) | ((devminor & ~0xff) << 12)) >>> 0;
}
