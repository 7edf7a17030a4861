import { describe, expect } from 'vitest';
import { type Guest, onEveryEngine } from '../../support/guest.ts';
import { kernel } from '../../support/guest-kernel.ts';

/** Instructions of the library, and calls of it by each program. */
const LENGTH = 300;
const CALLS = 20;
const PROGRAMS = 40;
/** Decoded instructions of all else. */
const REST = 200;

/**
 * A library that programs have at different addresses, in the second 4 MB. Two address spaces share the first 4 MB. EBX counts calls: each
 * adds the library's own address, less where it is to be.
 */
const library = `
SECOND  equ     SPARE_TABLES            ; the second space's directory
TABLE_1 equ     SPARE_TABLES + 0x1000
TABLE_2 equ     SPARE_TABLES + 0x2000

spaces_start:
        call    paging_start
        mov     dword [PAGE_DIRECTORY + 4], TABLE_1 + PAGE_RWU
        mov     dword [SECOND], PAGE_TABLE + PAGE_RWU
        mov     dword [SECOND + 4], TABLE_2 + PAGE_RWU
        ret

; Takes the space with the directory EAX, in which the library is at ESI.
enter_space:
        mov     cr3, eax
        ret

; EDI: a space's table for the second 4 MB; EAX: its entry for ESI.
map:    mov     edx, esi
        shr     edx, 10
        and     edx, 0xFFC
        mov     [edi + edx], eax
        invlpg  [esi]
        ret

; Calls the library at ESI often.
use:    mov     ebp, ${CALLS}
.again: call    esi
        sub     eax, esi
        add     ebx, eax
        dec     ebp
        jnz     .again
        ret

        align   4096
library:
        call    .here
.here:  pop     eax
        sub     eax, 4
${'        inc     edx\n'.repeat(LENGTH - 4)}
        ret
        align   4096
`;

const guest = (main: string) => kernel(`main:   call    spaces_start\n        xor     ebx, ebx\n${main}\n${library}`);
const cache = ({ core }: Guest) => core.engine.graph.cache;
const decoded = ({ core }: Guest) => core.engine.graph.decoded;

/** The next of ten places, in an order in which each comes again, but never while it is one of the last five. */
const nextPlace = `
        mov     eax, [place]
        add     eax, 3
        cmp     eax, 10
        jb      .in
        sub     eax, 10
.in:    mov     [place], eax
        mov     esi, eax
        shl     esi, 12
        add     esi, 0x400000
`;

describe('programs that have a library at different addresses', () => {
  const oneAfterAnother = guest(`
        mov     ecx, ${PROGRAMS}
.program:
${nextPlace}
        mov     eax, library + PAGE_RWU
        mov     edi, TABLE_2
        call    map
        mov     eax, SECOND
        call    enter_space
        call    use
        mov     eax, PAGE_DIRECTORY
        call    enter_space
        xor     eax, eax
        call    map
        dec     ecx
        jnz     .program
        mov     eax, ebx
        jmp     exit
place:  dd      0
`);
  onEveryEngine('one after another have what one decoded', oneAfterAnother, (ended, value) => {
    expect(value).toBe(PROGRAMS * CALLS);
    expect(cache(ended).size.moves).toBe(PROGRAMS - 1);
    expect(decoded(ended)).toBeLessThan(LENGTH + REST);
  });

  const besideOneThatStays = guest(`
        mov     esi, 0x410000
        mov     eax, library + PAGE_RWU
        mov     edi, TABLE_1
        call    map
        call    use
        mov     ecx, ${PROGRAMS}
.program:
${nextPlace}
        mov     eax, library + PAGE_RWU
        mov     edi, TABLE_2
        call    map
        mov     eax, SECOND
        call    enter_space
        call    use
        mov     eax, PAGE_DIRECTORY
        call    enter_space
        xor     eax, eax
        call    map
        mov     esi, 0x410000
        call    use
        dec     ecx
        jnz     .program
        mov     eax, ebx
        jmp     exit
place:  dd      0
`);
  onEveryEngine('beside one that goes on do not take its code', besideOneThatStays, (ended, value) => {
    expect(value).toBe((2 * PROGRAMS + 1) * CALLS);
    expect(cache(ended).size.moves).toBe(PROGRAMS - 1);
    expect(decoded(ended)).toBeLessThan(2 * LENGTH + REST);
  });
});
