import { rom } from './death-roms.ts';
import { beginCommand } from './sector-roms.ts';

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
${beginCommand}`);
