import { assemble } from '../../runtime/firmware/assembler/index.ts';

/** A guest's activity while its keyboard is used. */
export interface PageGuest {
  readonly name: string;
  /** 16-bit code that runs once. */
  readonly setUp: string;
  /** 16-bit code that runs for ever; all registers are free. */
  readonly work: string;
}

/** Sums up a megabyte's words again and again, as a program that computes. */
const compute = `
        mov     ax, 0x1000
        mov     ds, ax
        xor     si, si
        mov     cx, 0x8000
.sum:   lodsw
        add     bx, ax
        imul    bx, bx, 17
        loop    .sum`;

/** Fills the screen of mode 13h with a color after the other. */
const draw = `
        mov     ax, 0xA000
        mov     es, ax
        xor     di, di
        mov     al, bl
        inc     bx
        mov     cx, 64000
        cld
.dot:   stosb
        loop    .dot`;

/** The guests that are measured. */
export const guests: readonly PageGuest[] = [
  { name: 'idle', setUp: '', work: 'hlt' },
  { name: 'computes', setUp: '', work: compute },
  { name: 'draws', setUp: 'mov ax, 0x13\n int 0x10', work: draw },
];

/** A floppy with a guest that sends each byte of its keyboard to COM1 at once, by an interrupt handler. */
export function guestFloppy({ setUp, work }: PageGuest): Uint8Array {
  const source = `
        org     0x7C00
        bits    16
        xor     ax, ax
        mov     ds, ax
        mov     ss, ax
        mov     sp, 0x7000
        ${setUp}
        cli
        mov     word [9 * 4], key
        mov     word [9 * 4 + 2], 0
        sti
again:  ${work}
        jmp     again
key:    push    ax
        push    dx
        in      al, 0x60
        mov     dx, 0x3F8
        out     dx, al
        mov     al, 0x20
        out     0x20, al
        pop     dx
        pop     ax
        iret
        times   510 - ($ - $$) db 0
        dw      0xAA55
`;
  const image = new Uint8Array(1440 * 1024);
  image.set(assemble(source).bytes);
  return image;
}
