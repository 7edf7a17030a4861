import { assemble } from '../../../runtime/firmware/assembler/index.ts';

const SECTORS = 2880;
const SECTOR = 512;

/** Where the guest keeps the characters of the keys that it got, one after the other. */
export const KEYS = 0x5000;
/** The byte that its command Ctrl-P prints. */
export const PEEKED = 0x6000;

/**
 * A floppy with a program that tells on COM1 and on the screen what it gets: keys as their characters, or as their scancodes in hexadecimal where they have
 * none. Ctrl-P prints a byte of memory, Ctrl-R what its drive's second sector begins with. What COM1 sends it prints in hexadecimal, `<41>`. `label` is
 * what the second sector begins with: 8 characters.
 */
export function talkingFloppy(label = 'label-01'): Uint8Array<ArrayBuffer> {
  const disk = new Uint8Array(SECTORS * SECTOR);
  disk.set(assemble(source, { origin: 0x7c00, bits: 16 }).bytes);
  disk.set(new TextEncoder().encode(label), SECTOR);
  return disk;
}

const source = `
COM1    equ     0x3f8
        cli
        xor     ax, ax
        mov     ds, ax
        mov     es, ax
        mov     ss, ax
        mov     sp, 0x7c00
        sti
        cld
        mov     ax, 3                   ; 80 columns of text
        int     0x10
        mov     di, 0x5000
        mov     si, ready
        call    print
next:   mov     ah, 1
        int     0x16
        jnz     key
        mov     dx, COM1 + 5
        in      al, dx
        test    al, 1
        jz      next
        mov     dx, COM1
        in      al, dx
        mov     bl, al                  ; what COM1 has sent
        mov     al, '<'
        call    put
        mov     al, bl
        call    hex
        mov     al, '>'
        call    put
        jmp     next
key:    mov     ah, 0
        int     0x16
        cmp     al, 16
        je      peek
        cmp     al, 18
        je      sector
        cmp     al, 13
        je      line
        cmp     al, ' '
        jb      code
        cmp     al, 0xe0
        je      code
        stosb
        call    put
        jmp     next
code:   mov     al, ah
        stosb
        call    hex
        jmp     next
line:   mov     al, 13
        call    put
        mov     al, 10
        call    put
        jmp     next
peek:   mov     al, [0x6000]
        call    hex
        jmp     next
sector: mov     si, 3                   ; a drive whose disk was changed fails once
again:  mov     ax, 0x0201
        mov     cx, 2
        mov     dx, 0
        mov     bx, 0x7000
        int     0x13
        jnc     read
        mov     ah, 0
        int     0x13
        dec     si
        jnz     again
        mov     si, failed
        call    print
        jmp     next
read:   mov     si, 0x7000
        mov     cx, 8
eight:  lodsb
        call    put
        loop    eight
        jmp     next
print:  lodsb
        test    al, al
        jz      done
        call    put
        jmp     print
done:   ret
hex:    push    ax
        shr     al, 4
        call    digit
        pop     ax
        and     al, 15
digit:  add     al, '0'
        cmp     al, '9'
        jbe     put
        add     al, 'a' - '0' - 10
put:    push    ax
        push    bx
        push    dx
        mov     bl, al
wait:   mov     dx, COM1 + 5
        in      al, dx
        test    al, 0x20
        jz      wait
        mov     dx, COM1
        mov     al, bl
        out     dx, al
        mov     ah, 0x0e
        mov     bx, 7
        int     0x10
        pop     dx
        pop     bx
        pop     ax
        ret
ready:  db      'ready> ', 0
failed: db      'cannot read', 0
        times   510 - ($ - $$) db 0
        dw      0xaa55
`;
