import type { Machine } from '../../src/index.ts';
import { rom } from './death-roms.ts';

/** Routines for a ROM that moves single sectors by the data port. */
export const beginCommand = `
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
`;

/** Begins a ROM: segments of zero, and a stack. */
export const withStack = `
        cli
        xor     ax, ax
        mov     es, ax
        mov     ds, ax
        mov     ss, ax
        mov     sp, 0x7000
        cld
`;

/**
 * Takes commands of two characters from COM1: `r` or `w` and a digit, the sector of the first IDE disk. A read answers with the
 * first byte of the sector, a write fills it with that digit and answers `.`. All by the data port, without interrupts.
 */
export const sectorRom = rom(`${withStack}.next:  call    .take
        mov     cl, al
        call    .take
        mov     ch, al
        mov     bl, al
        and     bl, 0x0F
        cmp     cl, 'w'
        je      .write
        mov     bh, 0x20
        call    .begin
        mov     di, 0x1000
        mov     cx, 256
        mov     dx, 0x1F0
        rep insw
        mov     al, [0x1000]
        jmp     .say
.write: mov     al, ch
        mov     di, 0x1000
        mov     cx, 512
        rep stosb
        mov     bh, 0x30
        call    .begin
        mov     si, 0x1000
        mov     cx, 256
        mov     dx, 0x1F0
        rep outsw
        call    .ready
        mov     al, '.'
.say:   mov     dx, 0x3F8
        out     dx, al
        jmp     .next
; The next character of COM1.
.take:  mov     dx, 0x3FD
        in      al, dx
        test    al, 1
        jz      .take
        mov     dx, 0x3F8
        in      al, dx
        ret
${beginCommand}`);

/** Reads the sector that it wrote last, compares, writes the next number. `!` on COM1: it was another; `.`: 64 times it was not. */
export const counterRom = rom(`${withStack}        mov     si, 0x6161
        mov     bl, 0
.next:  mov     bh, 0x20
        call    .begin
        mov     di, 0x1000
        mov     cx, 256
        mov     dx, 0x1F0
        rep insw
        mov     al, '!'
        cmp     [0x1000], si
        jne     .say
        cmp     [0x11FE], si
        jne     .say
        inc     si
        mov     ax, si
        mov     di, 0x1000
        mov     cx, 256
        rep stosw
        mov     bh, 0x30
        call    .begin
        push    si
        mov     si, 0x1000
        mov     cx, 256
        mov     dx, 0x1F0
        rep outsw
        pop     si
        call    .ready
        test    si, 63
        jnz     .next
        mov     al, '.'
.say:   mov     dx, 0x3F8
        out     dx, al
        jmp     .next
${beginCommand}`);

/** The answers of the guest of `sectorRom` to commands. */
export async function askSectors({ serial }: Pick<Machine, 'serial'>, ...commands: readonly string[]): Promise<string> {
  let answers = '';
  for (const command of commands) {
    const answer = serial.expect(/^./s);
    serial.write(command);
    answers += (await answer)[0];
  }
  return answers;
}
