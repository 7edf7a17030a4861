import { expect } from 'vitest';
import { onEveryEngine } from '../../support/guest.ts';
import { exceptionLog, kernel } from '../../support/guest-kernel.ts';

onEveryEngine(
  'with DEBUGCTL.BTF the trap of TF comes after branches that are taken; it clears BTF',
  kernel(`
main:   mov     dword [hook], .trap
        call    .arm
        pushfd
        or      dword [esp], 0x100
        popfd
        mov     ecx, 2
        dec     ecx
        jz      .never
        nop
        jnz     .taken
.never: nop
.taken: inc     eax
        call    .function
.back:  nop
        jmp     .end
.function:
        nop
        ret
.end:   nop
.off:   pushfd
        and     dword [esp], ~0x100
        popfd
.done:  mov     ecx, 0x1d9
        rdmsr
        jmp     exit
.arm:   mov     ecx, 0x1d9
        mov     eax, 2
        xor     edx, edx
        wrmsr
        ret
; The first three traps arm it again; after the fourth each instruction is a step.
.trap:  dec     dword [.left]
        jns     .arm
        ret
        align   4
.left:  dd      3
`),
  (guest, debugControl) => {
    const log = exceptionLog(guest).map(({ vector, eip }) => [vector, guest.address('main') - eip]);
    const at = (label: string): number[] => [1, guest.address('main') - guest.address(label)];
    expect(log.slice(0, 4)).toEqual(['main.taken', 'main.function', 'main.back', 'main.end'].map(at));
    expect(log.length).toBeGreaterThan(4);
    expect(debugControl).toBe(0);
  },
);
