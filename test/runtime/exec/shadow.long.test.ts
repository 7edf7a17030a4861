import { describe, expect } from 'vitest';
import { onEveryEngine } from '../../support/guest.ts';
import { EXECUTE, IO_1, program, trap, traps, watch } from '../../support/guest-debug.ts';
import { kernel } from '../../support/guest-kernel.ts';

/** The shadow of MOV SS is over after the next instruction, however long no one looks. */
describe('debug exceptions some instructions after a load of SS', () => {
  onEveryEngine(
    'of an instruction breakpoint',
    program(`
main:   ${watch('function', EXECUTE)}
        mov     eax, ss
        mov     ss, eax
        nop
        nop
        nop
        call    function
        mov     eax, 1
        jmp     exit
        align   4096
function:
        inc     ebx
        ret
`),
    (guest) => expect(traps(guest, ['function'])).toEqual([trap('function', 1)]),
  );

  onEveryEngine(
    'of an I/O breakpoint',
    program(`
main:   mov     eax, 8
        mov     cr4, eax
        ${watch('0x61', IO_1)}
        mov     dword [hook], note_step
        mov     eax, ss
        mov     ss, eax
        nop
        nop
        nop
        in      al, 0x61
.a:     nop
.b:     nop
.c:     mov     eax, 1
        jmp     exit
`),
    (guest) => expect(traps(guest, ['main.a', 'main.b', 'main.c'])).toEqual([trap('main.a', 1)]),
  );
});

/** So is that of STI: an interrupt that another instruction lets through comes right after that one. */
describe('an interrupt some instructions after STI', () => {
  onEveryEngine(
    'that the interrupt controller held back',
    kernel(`
on_tick:
        and     dword [ebp + 8], ~0x200
        mov     edi, ebx
        ret
main:   mov     dword [tick_hook], on_tick
        xor     ebx, ebx
        mov     ax, 1193
        call    timer_start
        mov     al, 0xFF
        out     0x21, al
        mov     al, 0x0A                ; reads of 0x20 give the requests
        out     0x20, al
.wait:  in      al, 0x20
        test    al, 1
        jz      .wait
        mov     edi, -1
        sti
        mov     al, 0xFE
        out     0x21, al
        inc     ebx
        mov     eax, edi
        jmp     exit
`),
    (_, value) => expect(value).toBe(0),
  );
});
