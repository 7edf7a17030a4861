import { expect } from 'vitest';
import { endValue, onEveryEngineBy } from '../../support/guest.ts';
import { kernel, pageEntry } from '../../support/guest-kernel.ts';
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
