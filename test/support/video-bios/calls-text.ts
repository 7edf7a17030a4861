/** Makes the calls one after the other; prints what each gave, in hexadecimal. */
export const run = `
calls_start:
        mov     si, calls
.next:  cmp     si, calls_end
        jae     .end
        push    si
        mov     ax, [cs:si]
        mov     bx, [cs:si + 2]
        mov     cx, [cs:si + 4]
        mov     dx, [cs:si + 6]
        mov     di, [cs:si + 8]
        mov     bp, [cs:si + 10]
        mov     es, [cs:si + 12]
        mov     si, 0x5A5A
        int     0x10
        push    es
        push    bp
        push    di
        push    si
        push    dx
        push    cx
        push    bx
        push    ax
        mov     cx, 8
.registers:
        pop     bx
        call    print_word
        loop    .registers
        pop     si
        mov     bx, [cs:si + 14]
        call    tell
        add     si, 16
        mov     al, 10
        call    print
        jmp     .next
.end:   jmp     finish

; What the bits of BX ask for. Keeps SI.
tell:   push    si
        push    bx
        test    bx, 1
        jz      .memory
        call    tell_state
.memory:
        pop     bx
        push    bx
        test    bx, 2
        jz      .buffer
        call    tell_memory
.buffer:
        pop     bx
        pop     si
        push    si
        mov     cx, 64
        test    bx, 4
        jnz     .print
        mov     cx, 256
        test    bx, 8
        jz      .done
.print: mov     al, 'B'
        call    print
        mov     es, [cs:si + 12]
        mov     di, [cs:si + 8]
.byte:  mov     al, [es:di]
        call    print_byte
        inc     di
        loop    .byte
.done:  pop     si
        ret
`;

/** Registers and BIOS data after S, sums of video memory after M. */
export const state = `
tell_state:
        mov     al, 'S'
        call    print
        mov     ax, 0x40
        mov     es, ax
        mov     di, 0x49
        mov     cx, 0x1E
        call    print_bytes
        mov     di, 0x84
        mov     cx, 7
        call    print_bytes
        mov     dx, 0x3CC
        in      al, dx
        mov     bl, al
        call    print_byte
        mov     dx, 0x3C4
        mov     cx, 5
        call    print_registers
        mov     dx, 0x3D4
        test    bl, 1
        jnz     .colour
        mov     dx, 0x3B4
.colour:
        mov     cx, 25
        call    print_registers
        mov     dx, 0x3CE
        mov     cx, 9
        call    print_registers
        call    print_attributes
        mov     dx, 0x3C6
        in      al, dx
        call    print_byte
        mov     al, 0
        inc     dx
        out     dx, al
        mov     dx, 0x3C9
        mov     cx, 768
        xor     ebx, ebx
.dac:   rol     ebx, 1
        in      al, dx
        xor     bl, al
        loop    .dac

; EBX in hexadecimal.
print_sum:
        push    bx
        shr     ebx, 16
        mov     al, bh
        call    print_byte
        mov     al, bl
        call    print_byte
        pop     bx
        mov     al, bh
        call    print_byte
        mov     al, bl
        jmp     print_byte

print_bytes:
        mov     al, [es:di]
        call    print_byte
        inc     di
        loop    print_bytes
        ret

print_registers:
        mov     ah, 0
.next:  mov     al, ah
        out     dx, al
        inc     dx
        in      al, dx
        dec     dx
        push    ax
        call    print_byte
        pop     ax
        inc     ah
        loop    .next
        ret

print_attributes:
        mov     ah, 0
.next:  mov     dx, 0x3BA
        in      al, dx
        mov     dl, 0xDA
        in      al, dx
        mov     dl, 0xC0
        mov     al, ah
        out     dx, al
        inc     dx
        in      al, dx
        push    ax
        call    print_byte
        pop     ax
        inc     ah
        cmp     ah, 21
        jb      .next
        mov     dx, 0x3DA
        in      al, dx
        mov     dl, 0xC0
        mov     al, 0x20
        out     dx, al
        ret

; Sums of 32 KB at B0000 or B8000, of 64 KB at A0000 for each plane, or of 64 KB there.
tell_memory:
        mov     al, 'M'
        call    print
        mov     dx, 0x3CE
        mov     al, 6
        out     dx, al
        inc     dx
        in      al, dx
        dec     dx
        mov     si, 0xA000
        mov     cx, 0x10000 / 4
        and     al, 0x0C
        cmp     al, 4
        jbe     .graphics
        mov     cx, 0x8000 / 4
        mov     si, 0xB000
        cmp     al, 8
        je      .linear
        mov     si, 0xB800
        jmp     .linear
.graphics:
        mov     al, 5
        out     dx, al
        inc     dx
        in      al, dx
        dec     dx
        test    al, 0x40
        jnz     .linear
        mov     ax, 0x0004
.plane: out     dx, ax
        call    sum_memory
        inc     ah
        cmp     ah, 4
        jb      .plane
        mov     ah, 0
        out     dx, ax
        ret
.linear:
        mov     ax, 0

; Prints the sum of CX double words at SI:0. Keeps AX, CX, DX, SI.
sum_memory:
        pushad
        push    ds
        mov     ds, si
        xor     si, si
        xor     ebx, ebx
.next:  lodsd
        rol     ebx, 1
        add     ebx, eax
        loop    .next
        pop     ds
        call    print_sum
        popad
        ret
`;
