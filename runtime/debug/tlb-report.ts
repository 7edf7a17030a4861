import { PAGES } from '../../translator/abi/tables.ts';
import type { Mmu } from '../memory/mmu.ts';
import type { Tlb } from '../memory/tlb.ts';
import type { TlbRange, TlbReport } from './questions.ts';

const kinds = ['readSupervisor', 'writeSupervisor', 'readUser', 'writeUser'] as const;

/** Numbers of entries in the software TLB. Reads all of it. */
export function tlbReport({ tlb, walks }: Mmu): TlbReport {
  const entries = { readSupervisor: 0, writeSupervisor: 0, readUser: 0, writeUser: 0, code: 0 };
  const ranges: TlbRange[] = [];
  let last: { linear: number; physical: number; pages: number; rights: string } | null = null;
  for (let page = 0; page < PAGES; page++) {
    const physical = frameOf(tlb, page);
    if (tlb.code[page] !== 0) entries.code++;
    if (physical < 0) {
      last = null;
      continue;
    }
    for (const kind of kinds) if (tlb.lookup(tlb[kind], page) !== -1) entries[kind]++;
    const rights = rightsOf(tlb, page);
    if (last && last.rights === rights && last.physical + last.pages * 4096 === physical) last.pages++;
    else {
      last = { linear: (page << 12) >>> 0, physical, pages: 1, rights };
      ranges.push(last);
    }
  }
  return { pages: tlb.size, entries, walks, ranges };
}

/** Offset of the page's frame, or -1 if it has no entry. */
function frameOf(tlb: Tlb, page: number): number {
  for (const kind of kinds) {
    const offset = tlb.lookup(tlb[kind], page);
    if (offset !== -1) return offset >>> 0;
  }
  return -1;
}

function rightsOf(tlb: Tlb, page: number): string {
  const letters = ['r', 'w', 'r', 'w'].map((letter, n) => (tlb.lookup(tlb[kinds[n]], page) === -1 ? '-' : letter));
  return `${letters.join('')}${tlb.code[page] === 0 ? '-' : 'x'}`;
}
