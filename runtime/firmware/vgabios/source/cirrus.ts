/**
 * The extension's registers, by those of a CL-GD5446 (Cirrus Logic, "CL-GD5446 Technical Reference Manual").
 * What VBE needs to remember of a mode is in the scratch register SR14.
 */
export const cirrus = `
EXTENSION_CAPABILITIES equ 0        ; colours have 6 bits
SR_UNLOCK      equ 0x1206           ; index and value
SR_MODE        equ 0x07
SR_MEMORY      equ 0x0F
SR_FLAGS       equ 0x14
GR_BANK        equ 0x09
GR_16K_BANKS   equ 0x200B           ; index and value
CR_EXTENSION   equ 0x1B
CR_OVERLAY     equ 0x1D
CR_WRAP        equ 0x021B           ; index and value: addresses go through all memory
CLOCK_3        equ 0x6F             ; miscellaneous output: colours, clock 3
MOST_LINE_BYTES equ 0x1FF * 8
BANK_SHIFT     equ 2                ; 64 KB in units of 16

; Register AL to AX. Keeps the other registers.
read_extension:
        pushad
        mov     bp, sp
        movzx   bx, al
        shl     bx, 1
        call    word [cs:.registers + bx]
        mov     [bp + CALLER_AX], ax
        popad
        ret
.registers:
        dw      nothing, cirrus_width, cirrus_height, cirrus_depth, cirrus_flags, cirrus_bank
        dw      cirrus_virtual_width, cirrus_virtual_height, cirrus_x, cirrus_y, cirrus_memory

; BX to register AL: the bank, the length of lines, where the picture begins. Keeps all registers but AH.
write_extension:
        pushad
        movzx   di, al
        shl     di, 1
        call    word [cs:.registers + di]
        popad
        ret
.registers:
        dw      nothing, nothing, nothing, nothing, nothing, set_cirrus_bank
        dw      set_cirrus_virtual_width, nothing, set_cirrus_x, set_cirrus_y, nothing

; Register AL of the sequencer, the graphics controller, the CRTC to AL. They change DX.
read_sequencer:
        mov     dx, SEQUENCER
        jmp     read_register
read_graphics:
        mov     dx, GRAPHICS
        jmp     read_register
read_crtc:
        call    crtc_port
read_register:
        out     dx, al
        inc     dx
        in      al, dx
        dec     dx
        ret

; What they give is in AX. They may change all registers but BP.
cirrus_width:
        mov     al, 1
        call    read_crtc
        mov     ah, 0
        inc     ax
        shl     ax, 3
        ret

cirrus_height:
        mov     al, 7
        call    read_crtc
        mov     bl, al
        mov     al, 0x12
        call    read_crtc
        mov     ah, 0
        test    bl, 2
        jz      .bit9
        or      ah, 1
.bit9:  test    bl, 0x40
        jz      .done
        or      ah, 2
.done:  inc     ax
        ret

cirrus_depth:
        mov     al, SR_MODE
        call    read_sequencer
        and     ax, 0x0E
        mov     bx, ax
        shr     bx, 1
        mov     al, [cs:.depths + bx]
        cmp     al, 16
        jne     .done
        call    read_hidden
        and     al, 0x0F
        cmp     al, 1
        mov     ax, 16
        je      .done
        mov     ax, 15
.done:  mov     ah, 0
        ret
.depths:
        db      8, 16, 24, 16, 32, 8, 8, 8

cirrus_flags:
        mov     al, SR_FLAGS
        call    read_sequencer
        mov     ah, 0
        ret

cirrus_bank:
        mov     al, GR_BANK
        call    read_graphics
        mov     ah, 0
        shr     ax, BANK_SHIFT
        ret

set_cirrus_bank:
        mov     ax, bx
        shl     ax, BANK_SHIFT
        mov     ah, al
        mov     al, GR_BANK
        mov     dx, GRAPHICS
        out     dx, ax
        ret

; In units of 64 KB: 256 KB to 2 MB by two bits, 4 MB with bit 7.
cirrus_memory:
        mov     al, SR_MEMORY
        call    read_sequencer
        mov     cl, al
        shr     cl, 3
        and     cl, 3
        mov     bl, al
        mov     ax, 4
        shl     ax, cl
        cmp     cl, 3
        jne     .done
        test    bl, 0x80
        jz      .done
        shl     ax, 1
.done:  ret

; ECX: bytes of a line. Keeps EAX, EBX.
cirrus_line_bytes:
        push    ax
        mov     al, CR_EXTENSION
        call    read_crtc
        and     ax, 0x10
        shl     ax, 4
        movzx   ecx, ax
        mov     al, 0x13
        call    read_crtc
        mov     cl, al
        shl     ecx, 3
        pop     ax
        ret

; EBX: bytes of a pixel.
cirrus_pixel_bytes:
        call    cirrus_depth
        movzx   ebx, al
        add     bx, 7
        shr     bx, 3
        ret

; AX: the most pixels of a line: its length has nine bits, in units of 8 bytes. Keeps the other registers.
most_pixels:
        pushad
        mov     bp, sp
        call    cirrus_pixel_bytes
        mov     ax, MOST_LINE_BYTES
        xor     dx, dx
        div     bx
        and     ax, 0xFFF8
        mov     [bp + CALLER_AX], ax
        popad
        ret

cirrus_virtual_width:
        call    cirrus_pixel_bytes
        call    cirrus_line_bytes
        mov     eax, ecx
        xor     edx, edx
        div     ebx
        ret

cirrus_virtual_height:
        call    cirrus_memory
        movzx   eax, ax
        shl     eax, 16
        push    eax
        call    cirrus_line_bytes
        pop     eax
        xor     edx, edx
        jecxz   .most
        div     ecx
        cmp     eax, 0xFFFF
        jbe     .done
.most:  mov     ax, 0xFFFF
.done:  ret

; BX pixels.
set_cirrus_virtual_width:
        push    bx
        call    cirrus_pixel_bytes
        pop     ax
        mul     bx
        shr     ax, 3
        mov     bx, ax
        mov     al, CR_EXTENSION
        call    read_crtc
        and     al, 0xEF
        shl     bh, 4
        and     bh, 0x10
        or      al, bh
        mov     ah, al
        mov     al, CR_EXTENSION
        out     dx, ax
        mov     ah, bl
        mov     al, 0x13
        out     dx, ax
        ret

; EAX: the line where the picture begins, EDX: bytes from its start on; EBX: bytes of a pixel, ECX: bytes of a line.
cirrus_start:
        mov     al, CR_EXTENSION
        call    read_crtc
        movzx   ebx, al
        and     bl, 0x0D
        mov     bh, bl
        shr     bh, 1               ; bits 2 and 3 are 17 and 18, bit 0 is 16
        and     bx, 0x0601
        or      bl, bh
        mov     al, CR_OVERLAY
        call    read_crtc
        and     al, 0x80
        shr     al, 4
        or      bl, al
        mov     bh, 0
        shl     ebx, 16
        mov     al, 0x0C
        call    read_crtc
        mov     bh, al
        mov     al, 0x0D
        call    read_crtc
        mov     bl, al
        shl     ebx, 2
        push    ebx
        call    cirrus_pixel_bytes
        call    cirrus_line_bytes
        pop     eax
        xor     edx, edx
        jecxz   .done
        div     ecx
.done:  ret

cirrus_y:
        call    cirrus_start
        ret

cirrus_x:
        call    cirrus_start
        mov     eax, edx
        xor     edx, edx
        div     ebx
        ret

; The picture begins at pixel BX of the line where it does.
set_cirrus_x:
        push    bx
        call    cirrus_start
        mul     ecx
        pop     dx
        movzx   edx, dx
        imul    edx, ebx
        add     eax, edx
        jmp     set_cirrus_start

; At line BX, at the pixel where it does.
set_cirrus_y:
        push    bx
        call    cirrus_start
        pop     ax
        movzx   eax, ax
        mov     ebx, edx
        mul     ecx
        add     eax, ebx

; At byte EAX, of which there are four to a step.
set_cirrus_start:
        shr     eax, 2
        mov     ebx, eax
        call    crtc_port
        mov     ah, bh
        mov     al, 0x0C
        out     dx, ax
        mov     ah, bl
        mov     al, 0x0D
        out     dx, ax
        shr     ebx, 16
        mov     al, CR_OVERLAY
        call    read_crtc
        and     al, 0x7F
        mov     ah, bl
        shl     ah, 4
        and     ah, 0x80
        or      ah, al
        mov     al, CR_OVERLAY
        out     dx, ax
        mov     al, CR_EXTENSION
        call    read_crtc
        and     al, 0xF2
        mov     ah, bl
        and     bl, 1
        shl     ah, 1
        and     ah, 0x0C
        or      ah, bl
        or      ah, al
        mov     al, CR_EXTENSION
        out     dx, ax
        ret

; The hidden register of the DAC, which is there after four reads of the mask, to AL, or AL to it. They change AH, DX.
read_hidden:
        call    reach_hidden
        in      al, dx
        jmp     leave_hidden
write_hidden:
        mov     ah, al
        call    reach_hidden
        mov     al, ah
        out     dx, al
leave_hidden:
        mov     ah, al
        mov     al, 0xFF
        out     dx, al
        mov     al, ah
        ret
reach_hidden:
        mov     dx, DAC_MASK
        mov     al, 0xFF
        out     dx, al
        in      al, dx
        in      al, dx
        in      al, dx
        in      al, dx
        ret
`;
