import { expect } from 'vitest';
import { type GuestProgram, onEveryEngine } from './guest.ts';

const ORIGIN = 0x7c00;

/** A program in real mode, at 0:7C00 with the stack below it. It ends by `exit` with EAX. */
export function realMode(main: string): GuestProgram {
  const source = `
        jmp     main
; BX: vector times 4. AX: handler in segment 0.
set_vector:
        push    ds
        push    word 0
        pop     ds
        mov     [bx], ax
        mov     word [bx + 2], 0
        pop     ds
        ret
exit:   mov     dx, 0xF4
        out     dx, eax
        cli
        hlt
wrong:  mov     eax, 0xDEAD
        jmp     exit
${main}
`;
  return { source, origin: ORIGIN, mode: 'real' };
}

/** Runs `main` in real mode on every engine and expects EAX at its end. */
export function expectRealModeValue(name: string, expected: number, main: string): void {
  onEveryEngine(name, realMode(main), (_, value) => expect(value).toBe(expected));
}
