import { describe, expect } from 'vitest';
import { onEveryEngine } from '../../support/guest.ts';
import { kernel } from '../../support/guest-kernel.ts';

const ACCESSED = 0x20;
const DIRTY = 0x40;

describe('a page directory that is a page table of itself', () => {
  onEveryEngine(
    'has accessed and dirty bits set in the one entry that is of both levels',
    kernel(`
ENTRY equ PAGE_DIRECTORY + 0x3FF * 4
main:   call    paging_start
        mov     dword [ENTRY], PAGE_DIRECTORY + 7
        mov     dword [0xFFFFF000 + 0x3FE * 4], 0
        mov     eax, [ENTRY]
        and     eax, 0x60
        jmp     exit
`),
    (_, bits) => expect(bits).toBe(ACCESSED | DIRTY),
  );
});
