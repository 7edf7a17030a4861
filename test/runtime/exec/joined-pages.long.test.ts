import { expect } from 'vitest';
import { endValue, onEveryEngineBy } from '../../support/guest.ts';
import { kernel, Layout, pageEntry } from '../../support/guest-kernel.ts';
import { realMode } from '../../support/guest-real-mode.ts';

onEveryEngineBy(
  "code of a page that user code and the kernel have run is the kernel's alone once its entry says so",
  kernel(`
main:   mov     edi, FREE
        mov     byte [edi], 0xB8 ; mov eax, 1
        mov     dword [edi + 1], 1
        mov     byte [edi + 5], 0xC3 ; ret
        call    paging_start
        mov     dword [system_call], in_kernel
        mov     dword [resume], faulted
        xor     ebx, ebx
        mov     esp, KERNEL_STACK
        push    dword USER_DATA
        push    dword USER_STACK
        push    dword 0x3002
        push    dword USER_CODE
        push    dword user
        mov     eax, USER_DATA
        mov     ds, eax
        xor     eax, eax
        mov     es, eax
        iretd
user:   mov     eax, FREE
        call    eax
        add     ebx, eax
        int     0x80
        mov     eax, FREE
        call    eax
        mov     eax, 999
        jmp     exit
faulted:
        lea     eax, [ebx + 40]
        jmp     exit
in_kernel:
        mov     eax, FREE
        call    eax
        mov     dword ${pageEntry(0x100000)}, 0x100003
        invlpg  [FREE]
        mov     eax, FREE
        call    eax
        add     ebx, eax
        iretd
`),
  (guest) => expect(endValue(guest)).toBe(42),
);

onEveryEngineBy(
  'no page is left when all are dropped, though some are mapped together',
  realMode(`
main:   xor     ebx, ebx
        call    0x07AF:function - 0x7AF0
        call    0x07C0:function - 0x7C00
        call    0x07B0:function - 0x7B00
        mov     eax, ebx
        jmp     exit
        times   0x9800 - $ nop
function:
        inc     ebx
        retf
`),
  (guest) => {
    const { cache } = guest.core.engine.graph;
    expect(endValue(guest)).toBe(3);
    expect(cache.size.pages).toBeGreaterThan(3);
    guest.core.reset();
    expect(cache.size.pages).toBe(0);
  },
);

onEveryEngineBy(
  'a caller notices that its page is mapped no longer, though it shared numbers with several others',
  kernel(`
main:   call    paging_start
        mov     esi, a
        mov     edi, FREE
        mov     ecx, 1024
        rep movsd
        mov     byte [FREE + after - a + 1], 0x22
        mov     dword [gdt + CODE16], 0x0010FFFF        ; base 10h, 32-bit code
        mov     dword [gdt + CODE16 + 4], 0x00CF9B00
        mov     dword [gdt + DATA16], 0x0000FFFF        ; base 60000h, a stack of 16 bits
        mov     dword [gdt + DATA16 + 4], 0x00009306
        xor     eax, eax
        mov     es, ax
        call    .with_short_stack
        mov     ebp, 60
.again: mov     byte [changes], 0
        call    call_by_gate
        dec     ebp
        jnz     .again
        invlpg  [a]
        call    CODE16:c - 0x10
        call    CODE:c
        invlpg  [a]
        call    .with_short_stack
        mov     byte [changes], 1
        xor     eax, eax
        call    call_by_gate
        jmp     exit
.with_short_stack:
        mov     edx, esp
        mov     ax, DATA16
        mov     ss, ax
        mov     esp, 0xF000
        call    CODE:c
        mov     ax, DATA
        mov     ss, ax
        mov     esp, edx
        ret
call_by_gate:
        call    a
        ret
changes: db     0
f:      cmp     byte [changes], 0
        je      .end
        mov     ecx, a
        shr     ecx, 12
        mov     dword [ecx * 4 + ${Layout.pageTable}], FREE | 3
        invlpg  [a]
.end:   ret
        align   4096
a:      call    f
after:  mov     al, 0x11
        ret
c:      inc     ebx
        retf
        align   4096
`),
  (guest) => expect(endValue(guest)).toBe(0x22),
);
