import { assemble } from '../../runtime/firmware/assembler/index.ts';
import type { Fill } from './fills.ts';

/** The port of the debug console, which gets a mark at the end of each round. */
export const MARK_PORT = 0xe9;

/** A disk that boots and fills the screen for ever. */
export function fillDisk({ setUp, fill, times }: Fill): Uint8Array {
  const source = `
        org     0x7C00
        bits    16
        xor     ax, ax
        mov     ds, ax
        mov     es, ax
        mov     ss, ax
        mov     sp, 0x7000
        cld
        ${setUp}
round:  mov     bp, ${times}
again:  ${fill}
        inc     byte [color]
        dec     bp
        jnz     again
        mov     al, '.'
        out     ${MARK_PORT}, al
        jmp     round
color:  db      0
base:   dd      0
        align   8
gdt:    dw      0, 0, 0, 0, 0xFFFF, 0, 0x9300, 0x00CF
gdt_register: dw 15
        dd      gdt
        times   510 - ($ - $$) db 0
        dw      0xAA55
`;
  const image = new Uint8Array(1 << 20);
  image.set(assemble(source).bytes);
  return image;
}
