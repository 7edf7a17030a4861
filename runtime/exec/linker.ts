import { PAGE_BYTES as PAGE } from '../../translator/abi/page.ts';
import type { CodeCache } from './code-cache.ts';
import type { CodePage } from './code-page.ts';
import type { Pace } from './pace.ts';
import type { Records } from './records.ts';

interface LinkerParts {
  readonly records: Records;
  readonly cache: CodeCache;
  readonly pace: Pace;
  /** Called with the record of an instruction that is an entry now: its operation may be another one. */
  readonly settle: (record: number) => void;
  /** Leaves to the dispatcher, at an EIP. */
  readonly leave: (eip: number) => 0;
}

/** Finds the records that code leads to. Links within a page are direct; a gate leads to another page, if that is still mapped there. */
export class Linker {
  private readonly parts: LinkerParts;

  constructor(parts: LinkerParts) {
    this.parts = parts;
  }

  /** A record that leads from code of a page to an EIP: of the instruction there, or of a gate. It is an entry of a weight. */
  linkTo(page: CodePage, eip: number, weight: number): number {
    const offset = page.distanceTo(eip);
    if (offset >>> 0 >= PAGE) return this.gate(page, eip, weight);
    const record = this.parts.cache.recordAt(page, offset);
    this.markEntry(record, weight);
    return record;
  }

  /** Makes the instruction of a record an entry of a weight, unless it is one of a larger weight. */
  markEntry(record: number, weight: number): void {
    const { records, settle } = this.parts;
    if (records.weightOf(record) >= weight) return;
    records.setWeight(record, weight);
    settle(record);
  }

  private gate(page: CodePage, eip: number, weight: number): number {
    const { cache, records } = this.parts;
    const gate = cache.gateTo(page, eip);
    if (records.weightOf(gate) < weight) {
      records.setWeight(gate, weight);
      const { TAKEN, PAGE_ID } = records.views;
      if (cache.isMappedAt(eip, PAGE_ID[gate])) this.markEntry(TAKEN[gate], weight);
    }
    return gate;
  }

  /** Operation.redirect. It is no instruction: its budget is given back. */
  readonly redirect = (record: number): number => {
    this.parts.pace.giveBack();
    return this.parts.records.views.TAKEN[record];
  };

  /** Operation.gate: goes where a gate leads that the loop could not pass. It is no instruction: its budget is given back. */
  readonly pass = (gate: number): number => {
    const { cache, leave, pace, records } = this.parts;
    const { TAKEN, PAGE_ID, NEXT_EIP } = records.views;
    const eip = NEXT_EIP[gate];
    pace.giveBack();
    if (!pace.budgeted && pace.isAsked()) return leave(eip);
    return cache.isMappedAt(eip, PAGE_ID[gate]) ? TAKEN[gate] : this.relink(gate, eip);
  };

  private relink(gate: number, eip: number): number {
    const { cache, leave, records } = this.parts;
    const target = cache.entryAt(eip);
    if (target === 0) return leave(eip);
    this.markEntry(target, records.weightOf(gate));
    records.setTarget(gate, target, records.stock.pageOf(target)!.id);
    return target;
  }
}
