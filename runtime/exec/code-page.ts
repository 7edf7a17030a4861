import type { Node } from './node.ts';
import type { TranslationRecord } from './translation.ts';

/**
 * What code is decoded under, beside its bytes: the state key and the code segment. Everything decoded and translated
 * belongs to one context. Protected-mode systems have few; real-mode code has one for each CS.
 */
export interface CodeContext {
  readonly key: number;
  readonly base: number;
  readonly limit: number;
  /** Code pages by frame and linear page: `frame * 2^20 + linear page`. */
  readonly pages: Map<number, CodePage>;
}

/** The instructions decoded from one frame, as it appears at one linear page in one context. */
export class CodePage {
  /** Number of this page in the TLB's `code` array; never 0, and used again only after all pages were forgotten. */
  readonly id: number;
  readonly context: CodeContext;
  readonly frame: number;
  readonly linearPage: number;
  /** EIP of the page's first byte. */
  readonly eip: number;
  /** By offset in the page. */
  readonly nodes: (Node | null)[] = new Array(4096).fill(null);
  readonly translations = new Set<TranslationRecord>();

  constructor(id: number, context: CodeContext, frame: number, linearPage: number) {
    this.id = id;
    this.context = context;
    this.frame = frame;
    this.linearPage = linearPage;
    this.eip = ((linearPage << 12) - context.base) | 0;
  }
}
