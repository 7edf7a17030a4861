import type { CodePage } from './code-page.ts';
import type { Node } from './node.ts';

/** A translation in the cache: the function it became, and the guest bytes it was made from. */
export interface TranslationRecord {
  readonly head: Node;
  readonly page: CodePage;
  /** Offsets in the page of the first byte and behind the last one, a pair a block. */
  readonly ranges: readonly number[];
  readonly instructions: number;
  readonly blocks: number;
  /** The function's text. */
  readonly text: string;
}
