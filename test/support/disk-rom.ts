import { rom } from './death-roms.ts';

/**
 * Copies the first sector of the first IDE disk to the second by the data port, flushes and halts: READ SECTORS, WRITE SECTORS,
 * FLUSH CACHE. It asks for the status again and again, without interrupts.
 */
export const diskRom = rom(`
        cli
        xor     ax, ax
        mov     es, ax
        mov     ds, ax
        cld
        mov     bx, 0x2000
        call    .begin
        mov     di, 0x1000
        mov     cx, 256
        mov     dx, 0x1F0
        rep insw
        mov     bx, 0x3001
        call    .begin
        mov     si, 0x1000
        mov     cx, 256
        mov     dx, 0x1F0
        rep outsw
        call    .ready
        mov     al, 0xE7
        out     dx, al
        call    .ready
        hlt

; Begins command BH for one sector at address BL.
.begin: call    .ready
        mov     dx, 0x1F6
        mov     al, 0xE0
        out     dx, al
        mov     dx, 0x1F2
        mov     al, 1
        out     dx, al
        inc     dx
        mov     al, bl
        out     dx, al
        inc     dx
        xor     al, al
        out     dx, al
        inc     dx
        out     dx, al
        mov     dx, 0x1F7
        mov     al, bh
        out     dx, al
; Waits until it is not busy.
.ready: mov     dx, 0x1F7
        in      al, dx
        test    al, 0x80
        jnz     .ready
        ret
`);
