import type { BlockError } from '../host/block.ts';
import { Sense } from './operations.ts';

/** Blocks of a unit: 512 bytes each of a disk, 2048 of a CD. */
export interface BlockRange {
  readonly block: number;
  readonly count: number;
}

/** The action that a command asks for, whichever way its data goes. */
export type Action =
  | { readonly kind: 'done' }
  /** The command failed; `sense` is one of Sense. */
  | { readonly kind: 'failed'; readonly sense: number }
  /** The host takes as many of these bytes as it has asked for. */
  | { readonly kind: 'reply'; readonly bytes: Uint8Array }
  /** The host sends so many bytes, from which the rest of the action follows. */
  | { readonly kind: 'parameters'; readonly length: number; readonly take: (bytes: Uint8Array) => Action }
  /** `isRaw`: whole sectors of a CD, with headers and codes for errors. */
  | ({ readonly kind: 'read'; readonly isRaw: boolean } & BlockRange)
  /** `mustStay`: what is written is on the medium when the command ends. */
  | ({ readonly kind: 'write'; readonly mustStay: boolean } & BlockRange)
  /** The host's data is to be that of the medium. */
  | ({ readonly kind: 'compare' } & BlockRange)
  /** Each block becomes the pattern. */
  | ({ readonly kind: 'fill'; readonly pattern: Uint8Array } & BlockRange)
  | { readonly kind: 'discard'; readonly ranges: readonly BlockRange[] }
  | { readonly kind: 'flush' };

export const DONE: Action = { kind: 'done' };

export function failed(sense: number): Action {
  return { kind: 'failed', sense };
}

export const INVALID_FIELD: Action = failed(Sense.invalidField);

/** A reply of at most `length` bytes; null: a field of the command was wrong. */
export function reply(bytes: Uint8Array | null, length: number): Action {
  return bytes === null ? INVALID_FIELD : { kind: 'reply', bytes: bytes.subarray(0, length) };
}

const senses: Readonly<Record<Exclude<BlockError, 'io'>, number>> = {
  'no-medium': Sense.noMedium,
  'read-only': Sense.writeProtected,
  'no-space': Sense.spaceFull,
};

/** The sense for a failure of the medium; `otherwise` is for what the host says no more of. */
export function senseOf(error: BlockError, otherwise: number): number {
  return error === 'io' ? otherwise : senses[error];
}
