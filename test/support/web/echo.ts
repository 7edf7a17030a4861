import { floppy } from './page.ts';

/** A floppy whose boot sector shows what is typed. */
export const echo: Buffer = floppy(`
        bits    16
        org     0x7C00
.next:  xor     ah, ah
        int     0x16
        mov     ah, 0x0E
        xor     bx, bx
        int     0x10
        jmp     .next
        times   510 - ($ - $$) db 0
        dw      0xAA55
`);
