import type { CodeWriter } from '../memory/frames.ts';
import type { CachedTranslation } from './cached-translation.ts';

/**
 * Why code left the cache: somebody wrote to it; its frame was written so often that all code in it was given up;
 * another translation takes its place; the cache was full; the machine was reset.
 */
export type DropCause = CodeWriter | 'rewritten' | 'remade' | 'evicted' | 'reset';

/** Code that one event dropped. */
export interface CodeDrop {
  readonly cause: DropCause;
  /** Where in the buffer of guest memory (physical, except for ROM) the bytes are that were written, or the frame. */
  readonly offset: number;
  readonly bytes: number;
  /** Decoded instructions that were dropped, gates apart. */
  readonly nodes: number;
  readonly translations: readonly CachedTranslation[];
}

/** Told at once of what happens in the cache. It must neither run nor change the machine. */
export interface CodeObserver {
  translate(translation: CachedTranslation): void;
  /** Written by the guest, a device or a page walk, rewritten, or decoded again. */
  invalidate(drop: CodeDrop): void;
  /** A code page was evicted, or forgotten by a reset. */
  evict(drop: CodeDrop): void;
}
