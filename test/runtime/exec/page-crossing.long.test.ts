import { describe, expect } from 'vitest';
import { onEveryEngine } from '../../support/guest.ts';
import { exceptionLog, kernel } from '../../support/guest-kernel.ts';
import { expectMappedValue as expectValue, mappingTools as tools } from '../../support/guest-mapping.ts';

describe('an instruction crosses a page boundary', () => {
  /** MOV EAX, doubleword with 3 bytes in the frame FREE, the rest in FREE + 0x1000, then RET. */
  const crossing = `
put_crossing:
        mov     dword [FREE + 0xFFD], 0x0000B8
        mov     dword [FREE + 0x1000], 0xC30000
        ret
`;

  expectValue(
    'and its second page is written',
    (300 * 301) / 2,
    `${crossing}
main:   call    put_crossing
        mov     ebx, FREE + 0xFFD
        mov     ebp, 300
        xor     edi, edi
.again: mov     [FREE + 0x1000], bp
        call    ebx
        shr     eax, 16
        add     edi, eax
        dec     ebp
        jnz     .again
        mov     eax, edi
        jmp     exit
`,
  );

  expectValue(
    'and its first page is written',
    (300 * 301) / 2,
    `${crossing}
main:   call    put_crossing
        mov     ebx, FREE + 0xFFD
        mov     ebp, 300
        xor     edi, edi
.again: mov     [FREE + 0xFFE], bp
        call    ebx
        add     edi, eax
        dec     ebp
        jnz     .again
        mov     eax, edi
        jmp     exit
`,
  );

  expectValue(
    'and its second page is mapped to another frame',
    300 * ((7 + 9) << 16),
    `${crossing}
; At ALIAS and after: the frame FREE, then FREE + 0x1000 or FREE + 0x3000.
main:   call    paging_start
        call    put_crossing
        mov     byte [FREE + 0x1000], 7
        mov     dword [FREE + 0x3000], 0xC30009
        mov     eax, FREE
        call    map_alias
        mov     ebx, ALIAS + 0xFFD
        mov     ebp, 300
        xor     edi, edi
.again: mov     dword [PAGE_TABLE + (ALIAS >> 12) * 4 + 4], FREE + 0x1000 + PAGE_RWU
        invlpg  [ALIAS + 0x1000]
        call    ebx
        add     edi, eax
        mov     dword [PAGE_TABLE + (ALIAS >> 12) * 4 + 4], FREE + 0x3000 + PAGE_RWU
        invlpg  [ALIAS + 0x1000]
        call    ebx
        add     edi, eax
        dec     ebp
        jnz     .again
        mov     eax, edi
        jmp     exit
`,
  );

  onEveryEngine(
    'and its second page goes away, and comes back',
    kernel(`${tools}${crossing}
main:   call    paging_start
        call    put_crossing
        mov     byte [FREE + 0x1000], 7
        mov     eax, FREE
        call    map_alias
        mov     dword [hook], .fault
        mov     ebx, ALIAS + 0xFFD
        mov     ebp, 20
        xor     edi, edi
.again: mov     dword [PAGE_TABLE + (ALIAS >> 12) * 4 + 4], 0
        invlpg  [ALIAS + 0x1000]
        call    ebx
        shr     eax, 16
        add     edi, eax
        dec     ebp
        jnz     .again
        mov     eax, edi
        jmp     exit
.fault: mov     dword [PAGE_TABLE + (ALIAS >> 12) * 4 + 4], FREE + 0x1000 + PAGE_RWU
        ret
`),
    (guest, value) => {
      expect(value).toBe(20 * 7);
      const log = exceptionLog(guest);
      expect(log).toHaveLength(20);
      expect(log.every(({ eip, cr2, error }) => eip === 0x200ffd && cr2 === 0x201000 && error === 0)).toBe(true);
    },
  );

  expectValue(
    'until it is rewritten to end before it: then the second page is not touched',
    5,
    `${crossing}
main:   call    paging_start
        call    put_crossing
        mov     eax, FREE
        call    map_alias
        mov     dword [PAGE_TABLE + (ALIAS >> 12) * 4 + 4], FREE + 0x1000 + PAGE_RWU
        mov     ebx, ALIAS + 0xFFD
        mov     ebp, 300
.again: call    ebx
        dec     ebp
        jnz     .again
        mov     dword [PAGE_TABLE + (ALIAS >> 12) * 4 + 4], 0
        invlpg  [ALIAS + 0x1000]
        xor     eax, eax
        mov     byte [FREE + 0xFFD], 0xB0      ; MOV AL, 5
        mov     byte [FREE + 0xFFE], 5
        mov     byte [FREE + 0xFFF], 0xC3
        call    ebx
        jmp     exit
`,
  );

  onEveryEngine(
    'and the limit of CS is there: that comes before a page that is not there (Intel SDM vol. 3, table 6-2)',
    kernel(`
main:   call    paging_start
        mov     dword [hook], .fault
        mov     byte [FREE + 0xFFF], 0xB0      ; MOV AL, a byte beyond
        mov     dword [PAGE_TABLE + ((FREE + 0x1000) >> 12) * 4], 0
        invlpg  [FREE + 0x1000]
        mov     dword [gdt + CODE16], 0x1000FFFF        ; base FREE - 0xF000
        mov     dword [gdt + CODE16 + 4], 0x00009B0F
        jmp     CODE16:0xFFFF
.fault: mov     eax, [ebp + 32]
        jmp     exit
`),
    (guest, vector) => {
      expect(vector).toBe(13);
      expect(exceptionLog(guest)).toMatchObject([{ eip: 0xffff, cs: 0x30, error: 0 }]);
    },
  );
});

describe('an operand of eight bytes', () => {
  const readOnly = 5;
  const program = kernel(`
main:   call    paging_start
        mov     dword [PAGE_TABLE + ((FREE + 0x1000) >> 12) * 4], FREE + 0x1000 + ${readOnly}
        mov     eax, cr3
        mov     cr3, eax
        mov     ebx, 40
.again: mov     dword [log_end], LOG
        mov     dword [resume], .across
        cmpxchg8b [FREE + 0x1008]
.across: mov    dword [resume], .end
        cmpxchg8b [FREE + 0x0FFE]
.end:   dec     ebx
        jnz     .again
        mov     eax, 1
        jmp     exit
`);
  onEveryEngine('is met by a page fault from its first byte on that may not be written', program, (guest) => {
    const met = exceptionLog(guest).map(({ error, cr2 }) => [error, cr2]);
    expect(met).toEqual([
      [3, 0x101008],
      [3, 0x101000],
    ]);
  });
});
