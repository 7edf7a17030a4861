import { assemble } from '../../runtime/firmware/assembler/index.ts';

/** Bytes of a chip. */
export const FLASH_BYTES = 0x10000;

/**
 * Firmware for the first of two flash chips. The first byte of the second chip goes to port E9h; one bit of it more is programmed to be 0, so that
 * starts count as FFh, FEh, FCh and so on; then it writes to port F4h.
 */
export function countingFlash(): Uint8Array {
  return assemble(source, { origin: 0, bits: 16 }).bytes;
}

const source = `
        times   0x4000 db 0
start:  cli
        o32 lgdt [cs:table]
        mov     eax, cr0
        or      al, 1
        mov     cr0, eax
        jmp     dword 8:0xFFFF0000 + flat
        align   8
gdt:    dd      0, 0
        dd      0x0000FFFF, 0x00CF9B00
        dd      0x0000FFFF, 0x00CF9300
table:  dw      0x17
        dd      0xFFFF0000 + gdt
        bits    32
flat:   mov     eax, 16
        mov     ds, ax
        mov     ebx, 0xFFFE0000
        mov     al, [ebx]
        out     0xE9, al
        mov     byte [ebx], 0x40
        shl     al, 1
        mov     [ebx], al
        mov     byte [ebx], 0xFF
        out     0xF4, al
again:  jmp     again
        times   0xFFF0 - ($ - $$) db 0xFF
        bits    16
        jmp     start
        times   0x10000 - ($ - $$) db 0xFF
`;
