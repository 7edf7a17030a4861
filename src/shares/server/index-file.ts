import { Kind, PERMISSIONS } from '../../ninep/folder.ts';
import { MOST_NAME } from '../../ninep/request.ts';
import { shown } from '../../util/checks.ts';
import { ConfigurationError } from '../../util/errors.ts';
import { MOST_TARGET, type OriginOf } from '../memory/nodes.ts';
import type { Planted, PlantedContent } from '../memory/plant.ts';
import { guestName } from '../paths.ts';

/** Version of the format. */
export const INDEX_VERSION = 3;
/** Directories within each other, at most: none is so deep, and each takes some of the stack. */
export const MOST_DEPTH = 500;
/** Largest time of a JavaScript Date in seconds, before and after 1970. */
const MOST_SECONDS = 8.64e12;
/** Modes and owners have 32 bits. */
const MOST_WORD = 0xffffffff;

/** A file of an index: name, bytes, seconds since 1970, mode as in stat(2), owner, group, and what it holds. */
export type IndexEntry = [
  name: string,
  size: number,
  modified: number,
  mode: number,
  user: number,
  group: number,
  holds?: IndexEntry[] | string,
];

/** An index, which is a file of JSON: what a folder has, as v86's `basefs` (its tools/fs2json.py makes them). */
export interface FolderIndex {
  readonly version: typeof INDEX_VERSION;
  /** Bytes of all files. */
  readonly size: number;
  readonly fsroot: IndexEntry[];
}

/** Something is wrong with an index. */
export class IndexError extends Error {}

/**
 * The files of an index. Devices, pipes and sockets are left out: it has no numbers of devices.
 * @param name what messages call it
 * @param originOf throws IndexError
 * @throws ConfigurationError that says what is wrong, and where
 */
export function filesOf(bytes: Uint8Array, name: string, originOf: OriginOf): Planted[] {
  try {
    return filesIn(rootOf(bytes), '', originOf, MOST_DEPTH);
  } catch (error) {
    if (error instanceof IndexError) throw new ConfigurationError(`${name} is no index of a folder: ${error.message}`);
    throw error;
  }
}

function rootOf(bytes: Uint8Array): unknown {
  const { version, fsroot } = (parsed(bytes) ?? {}) as Partial<FolderIndex>;
  if (fsroot === undefined) throw new IndexError('it has no fsroot');
  if (version !== INDEX_VERSION)
    throw new IndexError(`its version is ${shown(version)}, not ${INDEX_VERSION}; make it anew, with the tools of now`);
  return fsroot;
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new IndexError(`it is no JSON (${(error as Error).message})`);
  }
}

function filesIn(entries: unknown, path: string, originOf: OriginOf, room: number): Planted[] {
  if (!Array.isArray(entries)) throw new IndexError(`${path || '/'} has no list of files`);
  if (room === 0) throw new IndexError(`${path} is within too many directories`);
  // An archive may have a file twice: the last one counts.
  const files = new Map<string, Planted>();
  for (const entry of entries) {
    const file = fileOf(entry, path, originOf, room);
    if (file !== undefined) files.set(file.name, file);
  }
  return [...files.values()];
}

function fileOf(entry: unknown, directory: string, originOf: OriginOf, room: number): Planted | undefined {
  if (!Array.isArray(entry) || typeof entry[0] !== 'string')
    throw new IndexError(`${directory || '/'} has a file without a name`);
  const [name, size, modified, mode, user, group, holds] = entry as IndexEntry;
  const path = `${directory}/${name}`;
  const numbers = { size, mode, owner: user, group };
  for (const [what, number] of Object.entries(numbers))
    if (!Number.isSafeInteger(number) || number < 0 || (what !== 'size' && number > MOST_WORD))
      throw new IndexError(`the ${what} of ${path} is ${shown(number)}`);
  if (!Number.isFinite(modified) || Math.abs(modified) > MOST_SECONDS)
    throw new IndexError(`the time of ${path} is ${shown(modified)}`);
  const content = contentOf(path, mode & Kind.mask, { size, holds }, originOf, room);
  if (content === undefined) return undefined;
  return {
    name: checkedName(path, name),
    file: { mode: mode & PERMISSIONS, user, group },
    modificationTime: BigInt(Math.floor(modified)) * 1_000_000_000n,
    holds: content,
  };
}

function contentOf(
  path: string,
  kind: number,
  { size, holds }: { readonly size: number; readonly holds: unknown },
  originOf: OriginOf,
  room: number,
): PlantedContent | undefined {
  if (kind === Kind.directory) return { entries: filesIn(holds, path, originOf, room - 1) };
  if (kind !== Kind.file && kind !== Kind.symbolicLink) return undefined;
  if (typeof holds !== 'string') throw new IndexError(`it is not said what ${path} holds`);
  return kind === Kind.file ? { origin: originOf(holds, size, path) } : { target: checkedTarget(path, bytesOf(holds)) };
}

function checkedTarget(path: string, target: string): string {
  if (target === '' || target.includes('\0') || target.length > MOST_TARGET)
    throw new IndexError(`${path} leads to no path that there may be`);
  return target;
}

function checkedName(path: string, name: string): string {
  const bytes = bytesOf(name);
  if (name === '' || name === '.' || name === '..' || /[\0/]/.test(name) || bytes.length > MOST_NAME)
    throw new IndexError(`${shown(path)} has no name that a file may have`);
  return bytes;
}

/** The bytes of a text in UTF-8. Bytes that are no UTF-8 are surrogates there: Python, which makes such files, has them so (PEP 383). */
function bytesOf(text: string): string {
  // Nearly all are of ASCII, which is the same in bytes.
  if (/^[\0-\x7f]*$/.test(text)) return text;
  return Array.from(text, (character) =>
    /[\udc80-\udcff]/.test(character) && character.length === 1
      ? String.fromCharCode(character.charCodeAt(0) & 0xff)
      : guestName(character),
  ).join('');
}
