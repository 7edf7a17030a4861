/** The operations of modes with four planes, by the write modes of the graphics controller. */
export const planar = `
; EDI: column CL of line DX on page BH, its bank is selected. Changes EAX, EDX.
planar_line:
        call    planar_line_bytes
        movzx   edx, dx
        mul     edx
        movzx   edi, cl
        add     edi, eax
        movzx   ax, bh
        mul     word [BDA_PAGE_BYTES]
        movzx   eax, ax
        add     edi, eax
        jmp     select_bank

; EAX: bytes from one line to the next. Keeps the other registers.
planar_line_bytes:
        push    dx
        mov     dx, [BDA_CRTC]
        mov     al, 0x13
        out     dx, al
        inc     dx
        in      al, dx
        movzx   eax, al
        shl     ax, 1
        pop     dx
        ret

; Write mode AH, all planes, all bits; AL: function 18h mixes by XOR, 0 replaces. Changes AX, DX.
planar_begin:
        push    ax
        mov     dx, SEQUENCER
        mov     ax, 0x0F02
        out     dx, ax
        mov     dx, GRAPHICS
        mov     ax, 0xFF08
        out     dx, ax
        pop     ax
        push    ax
        mov     al, 5
        out     dx, ax
        pop     ax
        mov     ah, al
        mov     al, 3
        out     dx, ax
        ret

; Write mode 0 and replacement, as the modes have them. Keeps AX.
planar_end:
        push    ax
        xor     ax, ax
        call    planar_begin
        pop     ax
        ret

planar_copy_line:
        push    edx
        movzx   edx, ax
        call    planar_line
        mov     esi, edi
        pop     edx
        call    planar_line
        mov     ax, 0x0100          ; what was read last is written
        call    planar_begin
        movzx   ecx, ch
        call    .one_bank
        jc      .banks
        rep es movsb
        jmp     planar_end
.banks: xchg    esi, edi
        call    select_bank
        mov     al, [es:di]
        xchg    esi, edi
        call    select_bank
        mov     [es:di], al
        inc     esi
        inc     edi
        loop    .banks
        jmp     planar_end
; No carry: all of the ECX bytes at ESI and EDI are in one bank.
.one_bank:
        mov     eax, esi
        xor     eax, edi
        shr     eax, 16
        jnz     .several
        lea     eax, [esi + ecx]
        xor     eax, esi
        shr     eax, 16
        jnz     .several
        lea     eax, [edi + ecx]
        xor     eax, edi
        shr     eax, 16
        jnz     .several
        clc
        ret
.several:
        stc
        ret

planar_fill_line:
        call    planar_line
        mov     ax, 0x0200          ; a colour is written
        call    planar_begin
        movzx   cx, ch
        mov     al, bl
.next:  mov     [es:di], al
        inc     edi
        test    di, di
        jnz     .bank
        call    select_bank
.bank:  loop    .next
        jmp     planar_end

planar_write_line:
        push    ax
        call    planar_line
        pop     ax
        test    bl, 0x80
        jnz     planar_write_bits
        push    ax
        mov     ax, 0x0200
        call    planar_begin
        mov     byte [es:di], 0
        pop     ax

; The pixels AH of the byte at ES:DI get the colour BL, or are mixed with it.
planar_write_bits:
        mov     ch, ah
        mov     ax, 0x0218
        test    bl, 0x80
        jnz     .mix
        mov     al, 0
.mix:   call    planar_begin
        mov     dx, GRAPHICS
        mov     al, 8
        mov     ah, ch
        out     dx, ax
        mov     al, [es:di]         ; the other pixels come from what was read
        mov     [es:di], bl
        jmp     planar_end

; Read mode 1 compares all pixels with black.
planar_read_line:
        call    planar_line
        mov     ax, 0x0800
        call    planar_begin
        mov     ax, 0x0002
        out     dx, ax
        mov     ah, [es:di]
        not     ah
        jmp     planar_end

; EDI: the byte of pixel CX of line DX, AH: its bit.
planar_pixel:
        push    cx
        shr     cx, 3
        call    planar_line
        pop     cx
        and     cl, 7
        mov     ah, 0x80
        shr     ah, cl
        ret

planar_write_pixel:
        mov     bl, al
        call    planar_pixel
        jmp     planar_write_bits

planar_read_pixel:
        call    planar_pixel
        mov     cl, ah
        mov     dx, GRAPHICS
        mov     bx, 0
        mov     ax, 0x0304          ; from plane 3 down to 0
.next:  out     dx, ax
        shl     bl, 1
        test    [es:di], cl
        jz      .zero
        inc     bx
.zero:  dec     ah
        jns     .next
        mov     al, bl
        ret
`;
