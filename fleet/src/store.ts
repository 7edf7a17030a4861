import { FleetError } from './error.ts';

/** Named objects that all hosts see: images, modules of jobs, and what jobs leave. */
export interface ObjectStore {
  /** Undefined: there is none of that name. */
  get(key: string): Promise<Uint8Array | undefined>;
  /** Writes it as a whole, in the place of what was there. */
  put(key: string, bytes: Uint8Array): Promise<void>;
  has(key: string): Promise<boolean>;
  /** The names that begin so. */
  list(prefix: string): Promise<readonly string[]>;
  /** There may be none. */
  remove(key: string): Promise<void>;
}

/** A name of an object: words with slashes between them, none of which leads elsewhere. */
const KEY = /^[\w@+-][\w@+.-]*(\/[\w@+-][\w@+.-]*)*$/;

/** @throws FleetError for a name that no store takes */
export function checkedKey(key: string): string {
  if (KEY.test(key) && key.length <= 512) return key;
  throw new FleetError(`'${key}' is no name of an object; give letters, digits, . _ - + @, and slashes between words`);
}
