import { assemble } from '../../runtime/firmware/assembler/index.ts';
import { MARK_PORT } from '../display/guest.ts';

/** Where the guest's numbers are, by linear address: a debugger may watch them. */
export const NUMBERS = 0x8000;

/** Boots, and then computes for ever: sums and mixes numbers in memory, counts on the screen, and marks the end of each round. */
export const source = `
        org     0x7C00
        bits    16
        xor     ax, ax
        mov     ds, ax
        mov     ss, ax
        mov     sp, 0x7000
        mov     ax, 0xB800
        mov     es, ax
        xor     di, di
        cld
round:  mov     bp, 2000
again:  call    sum
        call    mix
        inc     byte [es:di]
        dec     bp
        jnz     again
        mov     al, '.'
        out     ${MARK_PORT}, al
        jmp     round
sum:    mov     cx, 1024
        mov     si, ${NUMBERS}
        xor     eax, eax
sums:   add     eax, [si]
        rol     eax, 3
        add     si, 4
        dec     cx
        jnz     sums
        mov     [total], eax
        ret
mix:    mov     cx, 1024
        mov     si, ${NUMBERS}
        mov     eax, [total]
mixes:  xor     eax, [si]
        imul    eax, eax, 0x343FD
        mov     [si], eax
        add     si, 4
        dec     cx
        jnz     mixes
        ret
        align   4
total:  dd      1
        times   510 - ($ - $$) db 0
        dw      0xAA55
`;

/** Its disk. */
export function guestDisk(): Uint8Array {
  const image = new Uint8Array(1 << 20);
  image.set(assemble(source).bytes);
  return image;
}
