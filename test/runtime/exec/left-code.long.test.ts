import { expect } from 'vitest';
import { onEveryEngine } from '../../support/guest.ts';
import { kernel } from '../../support/guest-kernel.ts';

const PLACE = 0x20_0000;

/** Runs three pieces of code of a page often, overwrites one after the other from an offset on, and then uses the page for data. */
const program = (from: number) =>
  kernel(`
main:   mov     edi, ${PLACE}
        mov     dword [edi], 0xC3C34090 ; NOP, INC EAX, RET
        mov     dword [edi + 64], 0xC3C34090
        mov     dword [edi + 128], 0xC3C34090
        mov     ecx, 100
.run:   call    edi
        lea     edx, [edi + 64]
        call    edx
        lea     edx, [edi + 128]
        call    edx
        loop    .run
        lea     ebx, [edi + ${from}]
.clear: mov     dword [ebx], 0
        add     ebx, 64
        cmp     ebx, ${PLACE + 192}
        jb      .clear
        mov     ecx, 100
.store: mov     [edi + 2048], ecx
        loop    .store
        mov     eax, [edi + 2048]
        jmp     exit
`);

onEveryEngine('a frame whose code is all gone, piece by piece, is taken for data', program(0), (guest, value) => {
  expect(value).toBe(1);
  expect(guest.core.mmu.ram.frames.holdsCode(PLACE >>> 12)).toBe(false);
});

onEveryEngine('stores to one with a piece of code left are seen', program(64), (guest, value) => {
  expect(value).toBe(1);
  expect(guest.core.mmu.ram.frames.holdsCode(PLACE >>> 12)).toBe(true);
});
