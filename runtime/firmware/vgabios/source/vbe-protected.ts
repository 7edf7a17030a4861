/** VBE function 0A: functions 05, 07 and 09 for protected mode of 32 bits. Programs copy them to where they like. */
export const vbeProtected = `
; BL = 0: the table to ES:DI, its length to CX.
vbe_protected_mode:
        mov     ax, VBE_FAILED
        cmp     bl, 0
        jne     .done
        mov     [bp + CALLER_ES], cs
        mov     word [bp + CALLER_DI], protected_table
        mov     word [bp + CALLER_CX], protected_end - protected_table
        mov     ax, VBE_OK
.done:  ret

protected_table:
        dw      protected_window - protected_table
        dw      protected_start - protected_table
        dw      protected_palette - protected_table
        dw      protected_ports - protected_table
protected_ports:
        dw      DISPI_INDEX, DISPI_DATA, 0x3B4, 0x3B5, 0x3C0, 0x3C1, 0x3C6, 0x3C7, 0x3C8, 0x3C9, 0x3D4, 0x3D5, 0x3DA
        dw      0xFFFF, 0xFFFF

        bits    32
; BX and DX as function 05 has them.
protected_window:
        test    bx, bx
        jnz     .failed
        push    edx
        push    ecx
        mov     ecx, edx
        mov     ax, EXTENSION_BANK
        mov     dx, DISPI_INDEX
        out     dx, ax
        mov     eax, ecx
        inc     edx
        out     dx, ax
        pop     ecx
        pop     edx
        mov     ax, VBE_OK
        ret
.failed:
        mov     ax, VBE_FAILED
        ret

; BL as function 07 has it; CX and DX: low and high half of the first byte's offset, in units of 4 bytes (of one for
; four planes).
protected_start:
        pushad
        shl     edx, 16
        mov     dx, cx
        mov     esi, edx
        test    bl, 0x80
        jz      .now
        call    protected_retrace
.now:   mov     ax, EXTENSION_VIRTUAL_WIDTH
        call    protected_read
        movzx   ecx, ax
        mov     ax, EXTENSION_BPP
        call    protected_read
        movzx   ebx, al
        add     ebx, 7
        shr     ebx, 3              ; bytes of a pixel
        cmp     al, 4
        je      .planes
        imul    ecx, ebx
        shl     esi, 2
        jmp     .divide
.planes:
        shr     ecx, 3
.divide:
        mov     eax, esi
        xor     edx, edx
        jecxz   .none               ; VBE's extension is off
        div     ecx
        mov     edi, eax            ; line
        mov     eax, edx
        cmp     ebx, 1
        jbe     .column
        xor     edx, edx
        div     ebx
.column:
        mov     ecx, eax
        mov     ax, EXTENSION_X
        call    protected_write
        mov     ecx, edi
        mov     ax, EXTENSION_Y
        call    protected_write
        popad
        mov     ax, VBE_OK
        ret
.none:  popad
        mov     ax, VBE_FAILED
        ret

; BL, CX, DX and ES:EDI as function 09 has them.
protected_palette:
        test    bl, 0x7F
        jnz     .failed
        pushad
        test    bl, 0x80
        jz      .now
        call    protected_retrace
.now:   mov     al, dl
        mov     dx, DAC_WRITE
        out     dx, al
        inc     edx
        movzx   ecx, cx
        jecxz   .done
.next:  mov     al, [es:edi + 2]
        out     dx, al
        mov     al, [es:edi + 1]
        out     dx, al
        mov     al, [es:edi]
        out     dx, al
        add     edi, 4
        loop    .next
.done:  popad
        mov     ax, VBE_OK
        ret
.failed:
        mov     ax, VBE_FAILED
        ret

; Register AX to AX. Changes DX.
protected_read:
        mov     dx, DISPI_INDEX
        out     dx, ax
        inc     edx
        in      ax, dx
        ret

; CX to register AX. Changes EAX, DX.
protected_write:
        mov     dx, DISPI_INDEX
        out     dx, ax
        inc     edx
        mov     eax, ecx
        out     dx, ax
        ret

protected_retrace:
        push    ecx
        push    edx
        mov     dx, CRTC_COLOUR + 6
        mov     ecx, RETRACE_LOOKS
.in:    in      al, dx
        test    al, 8
        loopnz  .in
.out:   in      al, dx
        test    al, 8
        loopz   .out
        pop     edx
        pop     ecx
        ret
        bits    16
protected_end:
`;
