import { describe, expect } from 'vitest';
import { endValue, onEveryEngine, onEveryEngineBy } from '../../support/guest.ts';
import { exceptionLog, kernel, Layout, pageEntry } from '../../support/guest-kernel.ts';
import { expectMappedValue as expectValue, mappingTools as tools } from '../../support/guest-mapping.ts';

describe('code is seen at two linear addresses', () => {
  expectValue(
    'and written at the other one',
    2 * ((300 * 301) / 2) + 300 * 1000,
    `
main:   call    paging_start
        mov     edi, FREE
        call    put_constant
        mov     eax, FREE
        call    map_alias
        xor     ebx, ebx
        mov     ebp, 300
.again: mov     [ALIAS + 1], ebp
        mov     eax, FREE
        call    eax
        add     ebx, eax
        lea     eax, [ebp + 1000]
        mov     [FREE + 1], eax
        mov     eax, ALIAS
        call    eax
        add     ebx, eax
        dec     ebp
        jnz     .again
        mov     eax, ebx
        jmp     exit
`,
  );

  expectValue(
    'and changes itself at the other one, right ahead',
    42,
    `
main:   call    paging_start
        mov     eax, .here
        and     eax, ~0xFFF
        call    map_alias
.here:  mov     ebx, .patch
        and     ebx, 0xFFF
        mov     ecx, 300
.next:  mov     byte [ebx + ALIAS + 1], 1
        mov     byte [ebx + ALIAS + 1], 42
.patch: mov     al, 0
        cmp     al, 42
        jne     .wrong
        loop    .next
        movzx   eax, al
        jmp     exit
.wrong: mov     eax, 1
        jmp     exit
`,
  );
});

describe('a page fault', () => {
  expectValue(
    'forgets what the TLBs know of the page (Intel SDM vol. 3, 4.10.4.1), code too: its handler may copy the page without INVLPG',
    300 * 1001,
    `
main:   call    paging_start
        call    put_two
        mov     dword [hook], .copy
        mov     ecx, 300
        xor     ebx, ebx
.next:  mov     dword ${pageEntry(0x200000)}, FREE + 5
        invlpg  [ALIAS]
        mov     esi, ALIAS
        call    esi
        add     ebx, eax
        mov     byte [ALIAS + 0x800], 1
        call    esi
        add     ebx, eax
        dec     ecx
        jnz     .next
        mov     eax, ebx
        jmp     exit
.copy:  mov     dword [log_end], LOG
        mov     dword ${pageEntry(0x200000)}, FREE + 0x2000 + PAGE_RWU
        ret
`,
  );
});

describe('memory is written from outside', () => {
  onEveryEngineBy(
    'over a function that a loop calls',
    kernel(`${tools}
main:   mov     edi, FREE
        xor     eax, eax
        call    put_constant
        mov     ebx, FREE
.next:  call    ebx
        test    eax, eax
        jz      .next
        jmp     exit
`),
    (guest) => {
      // However slow the host is: before the guest has put its own function there it would overwrite this one.
      do expect(guest.run(50).reason).toBe('slice');
      while (guest.bytes(Layout.free, 1)[0] === 0);
      guest.core.memory.write(Layout.free + 1, Uint8Array.of(77));
      expect(endValue(guest)).toBe(77);
    },
  );

  onEveryEngineBy(
    'over the loop that runs',
    kernel(`
main:   xor     eax, eax
.next:
.patch: add     eax, 0
        jz      .next
        jmp     exit
`),
    (guest) => {
      expect(guest.run(50).reason).toBe('slice');
      const byte = guest.address('main.patch') + 2;
      guest.core.memory.write(byte, Uint8Array.of(9));
      expect(endValue(guest)).toBe(9);
    },
  );
});

describe('a page of code is mapped to another frame', () => {
  expectValue(
    'by its entry and INVLPG',
    300 * 1001,
    `
main:   call    paging_start
        call    put_two
        mov     ebx, ALIAS
        mov     ebp, 300
        xor     edi, edi
.again: mov     eax, FREE
        call    map_alias
        call    ebx
        add     edi, eax
        mov     eax, FREE + 0x2000
        call    map_alias
        call    ebx
        add     edi, eax
        dec     ebp
        jnz     .again
        mov     eax, edi
        jmp     exit
`,
  );

  expectValue(
    'by a switch of the page directory',
    300 * 1001,
    `
OTHER_DIRECTORY equ SPARE_TABLES
OTHER_TABLE equ SPARE_TABLES + 0x1000
main:   call    paging_start
        call    put_two
        mov     esi, PAGE_TABLE
        mov     edi, OTHER_TABLE
        mov     ecx, 1024
        rep movsd
        mov     dword [OTHER_DIRECTORY], OTHER_TABLE + PAGE_RWU
        mov     dword [PAGE_TABLE + (ALIAS >> 12) * 4], FREE + PAGE_RWU
        mov     dword [OTHER_TABLE + (ALIAS >> 12) * 4], FREE + 0x2000 + PAGE_RWU
        mov     ebx, ALIAS
        mov     ebp, 300
        xor     edi, edi
        mov     edx, PAGE_DIRECTORY
        mov     ecx, OTHER_DIRECTORY
.again: mov     cr3, edx
        call    ebx
        add     edi, eax
        mov     cr3, ecx
        call    ebx
        add     edi, eax
        dec     ebp
        jnz     .again
        mov     eax, edi
        jmp     exit
`,
  );

  expectValue(
    'that is global: INVLPG and CR4.PGE drop it',
    300 * 1001,
    `
PAGE_GLOBAL equ 0x100
main:   call    paging_start
        call    put_two
        mov     ebx, ALIAS
        mov     ebp, 300
        xor     edi, edi
        mov     ecx, 0x80
        xor     edx, edx
.again: mov     cr4, ecx
        mov     dword [PAGE_TABLE + (ALIAS >> 12) * 4], FREE + PAGE_RWU + PAGE_GLOBAL
        invlpg  [ALIAS]
        call    ebx
        add     edi, eax
        mov     dword [PAGE_TABLE + (ALIAS >> 12) * 4], FREE + 0x2000 + PAGE_RWU + PAGE_GLOBAL
        mov     cr4, edx
        call    ebx
        add     edi, eax
        dec     ebp
        jnz     .again
        mov     eax, edi
        jmp     exit
`,
  );

  expectValue(
    'that is large: INVLPG drops it for every address in it',
    300 * 1001,
    `
; The 4 MB at LARGE show physical 0, then physical 4 MB: the function's page in them is FREE and 4 MB + FREE.
LARGE equ 0x800000
main:   call    paging_start
        mov     eax, cr4
        or      eax, 0x10
        mov     cr4, eax
        mov     dword [PAGE_DIRECTORY + 4], 0x400000 + 0x87
        mov     edi, FREE
        mov     eax, 1
        call    put_constant
        mov     edi, 0x400000 + FREE
        mov     eax, 1000
        call    put_constant
        mov     ebx, LARGE + FREE
        mov     ebp, 300
        xor     edi, edi
.again: mov     dword [PAGE_DIRECTORY + 8], 0x87
        invlpg  [LARGE + 0x3FF000]
        call    ebx
        add     edi, eax
        cmp     dword [LARGE + FREE + 1], 1
        jne     .wrong
        mov     dword [PAGE_DIRECTORY + 8], 0x400000 + 0x87
        invlpg  [LARGE]
        call    ebx
        add     edi, eax
        cmp     dword [LARGE + FREE + 1], 1000
        jne     .wrong
        dec     ebp
        jnz     .again
        mov     eax, edi
        jmp     exit
.wrong: mov     eax, 1
        jmp     exit
`,
  );

  expectValue(
    'by the function it has called: the return finds the new code',
    300 * 5,
    `
; In the frame FREE: CALL EDX, then EAX = 1, RET. In FREE + 0x2000 the same with EAX = 5.
main:   call    paging_start
        mov     edi, FREE
        mov     eax, 1
        call    .put
        mov     edi, FREE + 0x2000
        mov     eax, 5
        call    .put
        xor     edi, edi
        mov     ebx, ALIAS
        mov     edx, .callee
        mov     ebp, 300
.again: mov     eax, FREE
        call    map_alias
        call    ebx
        add     edi, eax
        dec     ebp
        jnz     .again
        mov     eax, edi
        jmp     exit
.put:   mov     word [edi], 0xD2FF
        add     edi, 2
        jmp     put_constant
.callee:
        mov     eax, FREE + 0x2000
        jmp     map_alias
`,
  );

  onEveryEngine(
    'after a fault on it that has put it in place',
    kernel(`${tools}
main:   call    paging_start
        call    put_two
        mov     dword [hook], .fault
        mov     ebx, ALIAS
        mov     ebp, 20
        xor     edi, edi
.again: mov     dword ${pageEntry(0x200000)}, 0
        invlpg  [ALIAS]
        call    ebx
        add     edi, eax
        dec     ebp
        jnz     .again
        mov     eax, edi
        jmp     exit
.fault: mov     eax, FREE
        test    dword [ebp + 8], 1      ; EBP of the interrupted code
        jz      .map
        add     eax, 0x2000
.map:   jmp     map_alias
`),
    (guest, value) => {
      expect(value).toBe(10 * 1001);
      const log = exceptionLog(guest);
      expect(log).toHaveLength(20);
      expect(new Set(log.map(({ vector, error, eip, cr2 }) => `${vector} ${error} ${eip} ${cr2}`))).toEqual(
        new Set([`14 0 ${0x200000} ${0x200000}`]),
      );
    },
  );

  onEveryEngine(
    'where nothing was at its physical address',
    kernel(`${tools}
main:   call    paging_start
        call    put_two
        mov     dword [resume], .map
        mov     eax, 0x7F000000
        call    map_alias
        mov     eax, ALIAS
        call    eax
.wrong: mov     eax, 1
        jmp     exit
.map:   mov     eax, FREE
        call    map_alias
        mov     eax, ALIAS
        call    eax
        add     eax, 1
        jmp     exit
`),
    (guest, value) => {
      expect(value).toBe(2);
      // All ones are FF FF, which is no instruction.
      expect(exceptionLog(guest).map(({ vector, eip }) => [vector, eip])).toEqual([[6, 0x200000]]);
    },
  );
});

describe('the gate of A20', () => {
  // Even turns, which begin with the last, find it closed. The word that a turn changes is in the frame that it has run.
  let expected = 0;
  const steps = [3, 0x100];
  for (let turn = 600; turn > 0; turn--) {
    expected += steps[turn & 1]!;
    if (turn % 7 === 0) steps[turn & 1]!++;
  }
  expectValue(
    'by port 92h, turn by turn, shows code of the first megabyte above it, though firmware has opened it otherwise',
    expected,
    `
main:   mov     dword [0x500], 0xC381   ; ADD EBX, imm32
        mov     dword [0x502], 3
        mov     byte [0x506], 0xC3
        mov     dword [0x100500], 0xC381
        mov     dword [0x100502], 0x100
        mov     byte [0x100506], 0xC3
        mov     esi, 0x100500
        xor     ebx, ebx
        mov     ecx, 600
.next:  in      al, 0x92
        xor     al, 2
        out     0x92, al
        call    esi
        mov     eax, ecx
        cdq
        mov     edi, 7
        div     edi
        test    edx, edx
        jnz     .same
        inc     dword [esi + 2]
.same:  loop    .next
        mov     eax, ebx
        jmp     exit
`,
  );
});
