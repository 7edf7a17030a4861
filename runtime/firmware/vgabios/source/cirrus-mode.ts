/** Modes of VBE on a CL-GD5446: starting and leaving them, saving and restoring what they have set. */
export const cirrusMode = `
; Back to what the VGA's own registers say.
leave_vbe:
        pushad
        mov     dx, SEQUENCER
        mov     ax, SR_UNLOCK
        out     dx, ax
        mov     si, .sequencer
        call    clear_registers
        mov     dx, GRAPHICS
        mov     si, .graphics
        call    clear_registers
        call    crtc_port
        mov     si, .crtc
        call    clear_registers
        mov     al, 0
        call    write_hidden
        popad
        ret
.sequencer:
        db      SR_MODE, 0x12, SR_FLAGS, 0
.graphics:
        db      GR_BANK, GR_BANK + 1, GR_BANK + 2, 0
.crtc:  db      0x1A, CR_EXTENSION, CR_OVERLAY, 0

; Registers at port DX become 0: indices from CS:SI on, up to one of 0.
clear_registers:
        cs lodsb
        mov     ah, 0
        cmp     al, 0
        je      .done
        out     dx, ax
        jmp     clear_registers
.done:  ret

; Starts the mode at SI with the bits CX of its number; it clears memory if it is not kept.
start_vbe:
        pushad
        push    cx
        call    set_cirrus_timing
        call    set_cirrus_depth
        mov     bx, [cs:si + VBE_WIDTH]
        call    set_cirrus_virtual_width
        mov     dx, GRAPHICS
        mov     ax, GR_16K_BANKS
        out     dx, ax
        pop     cx
        mov     ah, EXTENSION_ENABLED
        test    ch, VBE_LINEAR >> 8
        jz      .banked
        or      ah, EXTENSION_LINEAR
.banked:
        test    ch, VBE_KEEP >> 8
        jz      .clear
        or      ah, EXTENSION_KEEP_MEMORY
.clear: mov     al, SR_FLAGS
        mov     dx, SEQUENCER
        out     dx, ax
        test    ah, EXTENSION_KEEP_MEMORY
        jnz     .done
        call    clear_picture
.done:  popad
        ret

; The CRTC and its clock as the size of the mode at SI asks.
set_cirrus_timing:
        mov     di, cirrus_timings
.next:  mov     ax, [cs:di]
        cmp     ax, [cs:si + VBE_WIDTH]
        jne     .other
        mov     ax, [cs:di + 2]
        cmp     ax, [cs:si + VBE_HEIGHT]
        je      .found
.other: add     di, TIMING_BYTES
        jmp     .next
.found: mov     dx, MISC_WRITE
        mov     al, CLOCK_3
        out     dx, al
        mov     dx, SEQUENCER
        mov     al, 0x0E            ; numerator of clock 3
        mov     ah, [cs:di + 4]
        out     dx, ax
        mov     al, 0x1E
        mov     ah, [cs:di + 5]
        out     dx, ax
        mov     dx, CRTC_COLOUR
        mov     ax, 0x0011          ; registers 0 to 7 can be written
        out     dx, ax
        mov     cx, 25
        mov     al, 0
.register:
        mov     ah, [cs:di + 6]
        out     dx, ax
        inc     di
        inc     al
        loop    .register
        mov     ax, CR_WRAP
        out     dx, ax
        ret

; What a pixel is in the mode at SI.
set_cirrus_depth:
        mov     al, [cs:si + VBE_BITS]
        mov     di, .depths
.next:  cmp     al, [cs:di]
        je      .found
        add     di, 3
        jmp     .next
.found: mov     ah, [cs:di + 1]
        mov     al, SR_MODE
        mov     dx, SEQUENCER
        out     dx, ax
        mov     al, [cs:di + 2]
        jmp     write_hidden
.depths:
        db      8, 0x11, 0,  15, 0x17, 0xF0,  16, 0x17, 0xE1,  24, 0x15, 0xE5,  32, 0x19, 0xE5

; All banks that the picture of the mode at SI is in become 0; the first one is shown after it.
clear_picture:
        call    vbe_mode_line_bytes
        movzx   ecx, word [cs:si + VBE_HEIGHT]
        imul    ecx, eax
        dec     ecx
        shr     ecx, 16
        mov     bx, cx
        mov     ax, GRAPHICS_SEGMENT
        mov     es, ax
.bank:  push    bx
        call    set_cirrus_bank
        xor     di, di
        xor     eax, eax
        mov     cx, 0x10000 / 4
        rep stosd
        pop     bx
        dec     bx
        jns     .bank
        ret

; The extension's registers: index ports, and indices up to one of 0.
cirrus_saved:
        db      SR_MODE, 0x0E, 0x10, 0x11, 0x12, 0x13, SR_FLAGS, 0x17, 0x1E, 0
        db      GR_BANK, GR_BANK + 1, GR_BANK + 2, 0
        db      0x19, 0x1A, CR_EXTENSION, 0x1C, CR_OVERLAY, 0
cirrus_ports:
        dw      SEQUENCER, GRAPHICS, 0      ; 0: the CRTC's

save_extension:
        call    read_hidden
        stosb
        mov     bx, .save
        jmp     each_saved
.save:  call    read_register
        stosb
        ret

restore_extension:
        push    word [es:di]
        inc     di
        mov     dx, SEQUENCER
        mov     ax, SR_UNLOCK
        out     dx, ax
        mov     bx, .restore
        call    each_saved
        pop     ax
        jmp     write_hidden
.restore:
        mov     ah, [es:di]
        inc     di
        out     dx, ax
        ret

; Calls BX for each of them, with its port in DX and its index in AL.
each_saved:
        mov     si, cirrus_saved
        mov     bp, cirrus_ports
.port:  mov     dx, [cs:bp]
        cmp     dx, 0
        jne     .next
        call    crtc_port
.next:  cs lodsb
        cmp     al, 0
        je      .last
        call    bx
        jmp     .next
.last:  add     bp, 2
        cmp     bp, cirrus_ports + 6
        jb      .port
        ret
`;
