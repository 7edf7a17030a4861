import type { Saved } from '../../runtime/snapshot/describe.ts';
import { VERSION } from './layout.ts';
import { isRecord } from './options.ts';

/** What a file holds, by name (docs/snapshots.md). */
type Contents = { readonly [name: string]: Saved };

/** By the version of a file: makes of what it holds what the next version would have written. */
const steps: Readonly<Record<number, (contents: Contents) => Contents>> = {
  // Nothing was told of what is in drives.
  1: (contents) => ({ media: {}, ...contents }),
};

/** What a file of an earlier version holds, as one of this version would. */
export function upgraded(saved: Saved, from: number): Saved {
  if (!isRecord(saved)) return saved;
  let contents: Contents = saved;
  for (let version = from; version < VERSION; version++) contents = steps[version]!(contents);
  return contents;
}
