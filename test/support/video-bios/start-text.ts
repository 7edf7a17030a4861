import { CONSOLE_PORT, EXIT_PORT, FONT, TEXT } from './places.ts';

/** Copies the video BIOS to C0000h, gives the adapter its addresses, and calls the ROM's start. */
export const start = `
bits 16
org 0
PAM_C0000 equ 0x5A
entry:  cli
        cld
        xor     ax, ax
        mov     ss, ax
        mov     sp, 0x7C00
        mov     es, ax
        mov     di, 0
        mov     cx, 256
.vector:
        mov     ax, ignore
        stosw
        mov     ax, cs
        stosw
        loop    .vector
        mov     word [es:0x15 * 4], block_move
        mov     eax, 0x80000000 | PAM_C0000 & 0xFC
        mov     dx, 0xCF8
        out     dx, eax
        mov     dx, 0xCFC + (PAM_C0000 & 3)
        mov     ax, 0x3333          ; C0000 to CFFFF: RAM
        out     dx, ax
        mov     si, adapter
.next:  cs lodsd
        cmp     eax, 0
        je      .copy
        mov     dx, 0xCF8
        out     dx, eax
        cs lodsd
        mov     dx, 0xCFC
        out     dx, eax
        jmp     .next
.copy:  mov     ax, 0xE000
        mov     ds, ax
        mov     ax, 0xC000
        mov     es, ax
        xor     si, si
        xor     di, di
        mov     cx, 0x10000 / 4
        rep movsd
        call    make_font
        mov     ax, ADAPTER << 3
        push    cs
        push    calls_start
        push    0xC000
        push    3
        retf
ADAPTER equ 2
adapter:
        dd      0x80000000 | ADAPTER << 11 | 0x10, 0xFD000000
        dd      0x80000000 | ADAPTER << 11 | 0x18, 0xFEBF0000
        dd      0x80000000 | ADAPTER << 11 | 0x04, 7
        dd      0
ignore: iret

; int 15h, AH=87: moves CX words by the table at ES:SI (its flags answer that it was done).
block_move:
        pushad
        push    ds
        push    es
        mov     ax, es
        mov     ds, ax
        movzx   eax, ax
        shl     eax, 4
        movzx   ebx, si
        add     eax, ebx
        mov     word [si], 47       ; the empty descriptor is the table's register
        mov     [si + 2], eax
        mov     dword [si + 0x20], 0x0000FFFF
        mov     dword [si + 0x24], 0x00009B0F
        lgdt    [si]
        mov     eax, cr0
        inc     ax
        mov     cr0, eax
        jmp     0x20:.protected
.protected:
        mov     ax, 0x10
        mov     ds, ax
        mov     ax, 0x18
        mov     es, ax
        xor     si, si
        xor     di, di
        rep movsw
        mov     eax, cr0
        dec     ax
        mov     cr0, eax
        jmp     0xF000:.real
.real:  pop     es
        pop     ds
        popad
        push    bp
        mov     bp, sp
        and     byte [bp + 6], 0xFE
        pop     bp
        iret

; A font of 256 characters with 16 lines, and text with attributes.
make_font:
        mov     ax, ${FONT}
        mov     es, ax
        xor     di, di
        mov     cx, 4096
        mov     eax, 0x12345678
.next:  imul    eax, eax, 1103515245
        add     eax, 12345
        mov     ebx, eax
        shr     ebx, 16
        mov     [es:di], bl
        inc     di
        loop    .next
        mov     di, ${TEXT}
        mov     cx, 40
        mov     ax, 0x1741
.text:  stosw
        inc     al
        inc     ah
        loop    .text
        ret
`;

/** Printing, and the end. */
export const output = `
; A full stop is the end.
finish: mov     al, '.'
        call    print
        mov     dx, ${EXIT_PORT}
        mov     al, 0
        out     dx, al
.stop:  hlt
        jmp     .stop

print:  push    dx
        mov     dx, ${CONSOLE_PORT}
        out     dx, al
        pop     dx
        ret

print_word:
        mov     al, ' '
        call    print
        mov     al, bh
        call    print_byte
        mov     al, bl

; AL in hexadecimal. Changes AX.
print_byte:
        push    ax
        shr     al, 4
        call    .digit
        pop     ax
        and     al, 0x0F
.digit: cmp     al, 10
        jb      .decimal
        add     al, 'a' - '0' - 10
.decimal:
        add     al, '0'
        jmp     print
`;
