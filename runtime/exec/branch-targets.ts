import {
  TARGET_ENTRIES,
  TARGET_WORDS,
  type TargetView,
  targetIndex,
  targetViews,
} from '../../translator/abi/branch-targets.ts';
import type { Tables } from '../memory/tables.ts';
import type { CodeContext } from './code-contexts.ts';
import { NO_PAGE } from './code-pages.ts';
import type { Records } from './records.ts';

/** The branch target buffer (translator/abi/branch-targets.ts). */
export class BranchTargets {
  /** By name of its cell. */
  readonly views: Readonly<Record<TargetView, Int32Array>>;
  private readonly records: Records;

  constructor(records: Records, tables: Tables) {
    this.records = records;
    this.views = tables.interleaved(targetViews, TARGET_WORDS, TARGET_ENTRIES);
    this.clear();
  }

  /** The record that was last found at an EIP of a context, if that is in the page of a number; 0 if none. */
  at(eip: number, pageId: number, { number }: CodeContext): number {
    const { TARGET_EIP, TARGET_PAGE, TARGET_CONTEXT, TARGET_RECORD } = this.views;
    const index = targetIndex(eip);
    const holds = TARGET_EIP[index] === eip && TARGET_PAGE[index] === pageId && TARGET_CONTEXT[index] === number;
    return holds ? TARGET_RECORD[index] : 0;
  }

  put(record: number): void {
    const page = this.records.stock.pageOf(record)!;
    const eip = this.records.eipOf(record);
    const index = targetIndex(eip);
    this.views.TARGET_EIP[index] = eip;
    this.views.TARGET_PAGE[index] = page.id;
    this.views.TARGET_CONTEXT[index] = page.context.number;
    this.views.TARGET_RECORD[index] = record;
  }

  /** An instruction has another record. */
  replace(record: number, place: number): void {
    if (this.views.TARGET_RECORD[targetIndex(this.records.eipOf(record))] === record) this.put(place);
  }

  /** Forgets all: records may get other owners. */
  clear(): void {
    this.views.TARGET_PAGE.fill(NO_PAGE);
  }
}
