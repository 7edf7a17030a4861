import { expect } from 'vitest';
import { type Guest, onEveryEngine } from './guest.ts';
import { kernel, pageEntry } from './guest-kernel.ts';

/** Subroutines to change what is mapped where; ALIAS is a page that is free to be mapped anywhere. */
export const mappingTools = `
ALIAS equ 0x200000
; Makes a function at EDI that returns EAX.
put_constant:
        mov     byte [edi], 0xB8
        mov     [edi + 1], eax
        mov     byte [edi + 5], 0xC3
        ret

; Maps ALIAS to the frame at EAX.
map_alias:
        or      eax, PAGE_RWU
        mov     ${pageEntry(0x200000)}, eax
        invlpg  [ALIAS]
        ret

; Functions in the frames FREE and FREE + 0x2000 that return 1 and 1000.
put_two:
        mov     edi, FREE
        mov     eax, 1
        call    put_constant
        mov     edi, FREE + 0x2000
        mov     eax, 1000
        jmp     put_constant
`;

/** Runs `main` with these subroutines on every engine and expects EAX at its end. */
export function expectMappedValue(name: string, expected: number, main: string): void {
  onEveryEngine(name, kernel(mappingTools + main), (_: Guest, value: number) => expect(value).toBe(expected));
}
