import { FleetError } from './error.ts';

/** An object of a store, without its bytes. */
export interface StoredObject {
  readonly key: string;
  readonly bytes: number;
  /** Milliseconds since it was written. */
  readonly age: number;
}

/** Named objects that all hosts see: images, machines' checkpoints, modules of jobs, and what jobs leave. */
export interface ObjectStore {
  /** Where it is, for people. */
  readonly place: string;
  /** Undefined: there is none of that name. */
  get(key: string): Promise<Uint8Array | undefined>;
  /** Writes it as a whole, in the place of what was there. */
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** Undefined: there is none of that name. */
  find(key: string): Promise<StoredObject | undefined>;
  /** The objects whose names begin so, in the order of their names. */
  list(prefix: string): Promise<readonly StoredObject[]>;
  /** There may be none. */
  remove(key: string): Promise<void>;
  /** Gives an object another name, in the place of what has it; its age begins anew. There may be none. */
  move(from: string, to: string): Promise<void>;
  /** Removes what is left of objects that nobody has gone on writing for so many milliseconds. */
  removeUnfinished(age: number): Promise<void>;
}

/** Names of files that a folder's store writes end so; nobody sees them, so that no object has such a name. */
export const UNFINISHED = '.unfinished';

/** A name of an object: words with slashes between them, none of which leads elsewhere, or is too long for a file that is being written. */
const KEY = /^[\w@+-][\w@+.-]{0,199}(\/[\w@+-][\w@+.-]{0,199})*$/;

export function isKey(key: string): boolean {
  return key.length <= 512 && KEY.test(key) && !key.endsWith(UNFINISHED);
}

/** @throws FleetError for a name that no store takes */
export function checkedKey(key: string): string {
  if (isKey(key)) return key;
  throw new FleetError(
    `'${key}' is no name of an object; give letters, digits, . _ - + @, and slashes between words of 200 at most`,
  );
}
