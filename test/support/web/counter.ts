import { diskWith } from '../../../scripts/gallery/disk.ts';

/** A disk that counts its starts on itself, has that flushed, and tells the debug console, and after a # the screen, which one this is. */
export const counter = diskWith(`
        inc     byte [count]
        mov     ax, 0x4300
        mov     dl, 0x80
        mov     si, own
        int     0x13
        mov     dx, 0x1F7
        mov     al, 0xE7
        out     dx, al
.busy:  in      al, dx
        test    al, 0x80
        jnz     .busy
        mov     ax, 0x0E00 + '#'
        xor     bx, bx
        int     0x10
        mov     al, [count]
        mov     ah, 0x0E
        int     0x10
        mov     al, [count]
        out     0xE9, al
        jmp     finished
own:    db      16, 0
        dw      1, 0x8000, 0
        dq      2
count:  db      '0'
`);
