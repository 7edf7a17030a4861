import { describe, expect } from 'vitest';
import { onEveryEngine } from '../../support/guest.ts';
import { EXECUTE, IO_1, program, trap, traps, watch } from '../../support/guest-debug.ts';

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
