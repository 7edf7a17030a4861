import {
  TARGET_ENTRIES,
  TARGET_WORDS,
  type TargetView,
  targetIndex,
  targetViews,
} from '../../translator/abi/branch-targets.ts';
import { RECORD_SHIFT } from '../../translator/abi/record.ts';
import { NO_PAGE } from './code-pages.ts';
import type { Node } from './node.ts';
import type { Records } from './records.ts';
import { interleavedViews } from './views.ts';

/** The branch target buffer (translator/abi/branch-targets.ts). Nodes without a record have no entry. */
export class BranchTargets {
  /** By name of its cell. */
  readonly views: Readonly<Record<TargetView, Int32Array>>;
  private readonly nodes: readonly (Node | null)[];
  // The views once more: what runs for each transfer should not look for them.
  private readonly eips: Int32Array;
  private readonly pages: Int32Array;
  private readonly found: Int32Array;

  constructor(records: Records) {
    this.nodes = records.nodes;
    this.views = interleavedViews(targetViews, TARGET_WORDS, TARGET_ENTRIES);
    this.eips = this.views.TARGET_EIP;
    this.pages = this.views.TARGET_PAGE;
    this.found = this.views.TARGET_RECORD;
    this.clear();
  }

  /** The node that was last found at an EIP, if that is in the page of a number. */
  at(eip: number, pageId: number): Node | null {
    const index = targetIndex(eip);
    if (this.eips[index] !== eip || this.pages[index] !== pageId) return null;
    return this.nodes[this.found[index] >>> RECORD_SHIFT];
  }

  put(node: Node): void {
    if (node.record === 0) return;
    const { eip, page, record } = node;
    const index = targetIndex(eip);
    this.views.TARGET_EIP[index] = eip;
    this.views.TARGET_PAGE[index] = page.id;
    this.views.TARGET_KEY[index] = page.context.key;
    this.views.TARGET_RECORD[index] = record;
  }

  /** Forgets all: records may get other owners. */
  clear(): void {
    this.views.TARGET_PAGE.fill(NO_PAGE);
  }
}
