/** Messages between a process and one that it has confined; each may have bytes with it. Those that come from there are in words.ts. */

/** To the confined process: a call of one of its functions; or the answer to an event, after which more may follow. */
export type Order =
  | { readonly call: number; readonly act: string; readonly fields: object }
  | { readonly heard: number; readonly error?: string; readonly isPermanent?: boolean };

/** Characters of an error, and of other texts, at most. */
export const MOST_TEXT = 10_000;
/** Bytes that come with one event, at most: longer ones come in parts. */
export const PART: number = 256 << 10;

/** Parts of some bytes; of none there is one. */
export function* partsOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at === 0 || at < bytes.length; at += PART) yield bytes.subarray(at, at + PART);
}
