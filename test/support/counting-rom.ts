import { rom } from './death-roms.ts';

/** Routines that say things on COM1: EAX as eight digits in base 16 and a line feed, in line; `.say`, the character in AL. */
export const sayNumber = `
        mov     cx, 8
.digit: rol     eax, 4
        push    ax
        and     al, 0x0F
        cmp     al, 10
        sbb     al, 0x69
        das
        call    .say
        pop     ax
        loop    .digit
        mov     al, 10
        call    .say
`;
export const say = `
.say:   push    ax
        mov     dx, 0x3FD
.full:  in      al, dx
        test    al, 0x20
        jz      .full
        pop     ax
        mov     dx, 0x3F8
        out     dx, al
        ret
`;

/** Counts in memory, and says each number on COM1, as eight digits in base 16 and a line feed. */
export const countingRom = rom(`
        cli
        xor     ax, ax
        mov     ds, ax
        mov     ss, ax
        mov     sp, 0x7000
        mov     dword [0x1000], 0
.next:  inc     dword [0x1000]
        mov     eax, [0x1000]
${sayNumber}        mov     ecx, 20000
.wait:  dec     ecx
        jnz     .wait
        jmp     .next
${say}`);

/** Its first output, up to that number. */
export function countedTo(last: number): string {
  return Array.from({ length: last }, (_, n) => `${(n + 1).toString(16).toUpperCase().padStart(8, '0')}\n`).join('');
}
