/** int 10h, AH=4F: VBE (VESA BIOS Extension core functions 3.0). Its ways in, functions 00 and 01. */
export const vbe = `
VBE_OK     equ 0x004F
VBE_FAILED equ 0x014F
VBE_BAD    equ 0x024F               ; the hardware as it is configured cannot
VBE_MODAL  equ 0x034F               ; the active mode has no such function

; AL: function. What it leaves in AX is the caller's AX; an unknown function changes nothing.
vbe:
        movzx   di, al
        cmp     di, VBE_FUNCTIONS
        jae     .other
        shl     di, 1
        call    word [cs:.functions + di]
.done:  mov     [bp + CALLER_AX], ax
.none:  ret
.other: cmp     di, 0x10
        je      .power
        cmp     di, 0x15
        jne     .none
        call    vbe_display_identification
        jmp     .done
.power: call    vbe_power
        jmp     .done
.functions:
        dw      vbe_information, vbe_mode_information, vbe_set_mode, vbe_get_mode
        dw      vbe_save_restore, vbe_window, vbe_line_length, vbe_display_start
        dw      vbe_dac_width, vbe_palette, vbe_protected_mode
VBE_FUNCTIONS equ ($ - .functions) / 2

; ES:DI: 256 bytes, or 512 if they begin with VBE2.
vbe_information:
        mov     di, [bp + CALLER_DI]
        push    dword [es:di]
        xor     ax, ax
        mov     cx, 256
        rep stosb
        pop     eax
        mov     di, [bp + CALLER_DI]
        cmp     eax, 'VBE2'
        jne     .fields
        push    di
        mov     cx, 512
        mov     al, 0
        rep stosb
        pop     di
        lea     bx, [di + 0x14]
        mov     word [es:bx], 0x0100        ; revision of this software
        mov     word [es:bx + 2], vendor_name
        mov     [es:bx + 4], cs
        mov     word [es:bx + 6], product_name
        mov     [es:bx + 8], cs
        mov     word [es:bx + 10], product_revision
        mov     [es:bx + 12], cs
.fields:
        mov     dword [es:di], 'VESA'
        mov     word [es:di + 4], 0x0300
        mov     word [es:di + 6], product_name
        mov     [es:di + 8], cs
        mov     byte [es:di + 10], EXTENSION_CAPABILITIES
        lea     ax, [di + 0x22]
        mov     [es:di + 0x0E], ax
        mov     [es:di + 0x10], es
        mov     al, EXTENSION_MEMORY
        call    read_extension
        mov     [es:di + 0x12], ax
        add     di, 0x22
        mov     si, vbe_modes
.next:  call    vbe_mode_fits
        jc      .large
        mov     ax, [cs:si + VBE_NUMBER]
        stosw
.large: add     si, VBE_MODE_BYTES
        cmp     si, vbe_modes_end
        jb      .next
        mov     ax, 0xFFFF
        stosw
        mov     ax, VBE_OK
        ret
vendor_name:
        db      'rawiron', 0
product_name:
        db      'rawiron VBE', 0
product_revision:
        db      '1', 0

; The description of mode BX to CS:SI; carry: there is none, or its picture does not fit video memory.
find_vbe_mode:
        mov     si, vbe_modes
        and     bx, VBE_NUMBERS
.next:  cmp     bx, [cs:si + VBE_NUMBER]
        je      vbe_mode_fits
        add     si, VBE_MODE_BYTES
        cmp     si, vbe_modes_end
        jb      .next
        stc
        ret

; No carry: the mode at CS:SI fits video memory. Keeps all registers but EAX.
vbe_mode_fits:
        push    edx
        push    ecx
        call    vbe_mode_line_bytes
        movzx   edx, word [cs:si + VBE_HEIGHT]
        imul    edx, eax
        cmp     byte [cs:si + VBE_BITS], 4
        jne     .size
        shl     edx, 2              ; four planes
.size:  mov     al, EXTENSION_MEMORY
        call    read_extension
        movzx   eax, ax
        shl     eax, 16
        cmp     eax, edx
        pop     ecx
        pop     edx
        ret

; EAX: bytes of a line of the mode at CS:SI. Changes EDX.
vbe_mode_line_bytes:
        movzx   eax, byte [cs:si + VBE_BITS]
        add     al, 7
        shr     al, 3
        movzx   edx, word [cs:si + VBE_WIDTH]
        imul    eax, edx
        cmp     byte [cs:si + VBE_BITS], 4
        jne     .done
        shr     eax, 3
.done:  ret

; CX: mode, ES:DI: 256 bytes.
vbe_mode_information:
        mov     bx, cx
        call    find_vbe_mode
        jc      .unknown
        mov     di, [bp + CALLER_DI]
        push    di
        mov     cx, 256
        mov     al, 0
        rep stosb
        pop     di
        call    vbe_geometry
        call    vbe_pages
        call    vbe_colour_fields
        mov     word [es:di], 0x001F        ; supported, text output, colour, graphics
        cmp     byte [cs:si + VBE_BITS], 4
        je      .done
        or      byte [es:di], 0x80          ; linear
        call    frame_buffer
        mov     [es:di + 0x28], eax
.done:  mov     ax, VBE_OK
        ret
.unknown:
        mov     ax, VBE_FAILED
        ret

; Window, lines, characters, depth.
vbe_geometry:
        mov     byte [es:di + 0x02], 7      ; window A: exists, can be read and written
        mov     word [es:di + 0x04], 64
        mov     word [es:di + 0x06], 64
        mov     word [es:di + 0x08], GRAPHICS_SEGMENT
        mov     word [es:di + 0x0C], vbe_window_far
        mov     [es:di + 0x0E], cs
        call    vbe_mode_line_bytes
        mov     [es:di + 0x10], ax
        mov     [es:di + 0x32], ax
        mov     ax, [cs:si + VBE_WIDTH]
        mov     [es:di + 0x12], ax
        mov     ax, [cs:si + VBE_HEIGHT]
        mov     [es:di + 0x14], ax
        mov     word [es:di + 0x16], 16 << 8 | 8
        mov     al, [cs:si + VBE_BITS]
        mov     [es:di + 0x19], al
        mov     byte [es:di + 0x1A], 1      ; banks of memory, as a CGA has them
        mov     byte [es:di + 0x1E], 1
        mov     ax, 4 << 8 | 3              ; planes, memory model
        cmp     byte [cs:si + VBE_BITS], 8
        jb      .model
        mov     ax, 1 << 8 | 4
        je      .model
        mov     al, 6
.model: mov     [es:di + 0x18], ah
        mov     [es:di + 0x1B], al
        mov     dword [es:di + 0x3E], 165000000     ; pixels a second
        ret

; How many pictures fit video memory, less one.
vbe_pages:
        mov     al, EXTENSION_MEMORY
        call    read_extension
        movzx   ecx, ax
        shl     ecx, 16
        cmp     byte [cs:si + VBE_BITS], 4
        jne     .size
        shr     ecx, 2
.size:  call    vbe_mode_line_bytes
        movzx   edx, word [cs:si + VBE_HEIGHT]
        imul    eax, edx
        xchg    eax, ecx
        xor     edx, edx
        div     ecx
        dec     eax
        cmp     eax, 255
        jbe     .store
        mov     al, 255
.store: mov     [es:di + 0x1D], al
        mov     [es:di + 0x34], al
        mov     [es:di + 0x35], al
        ret

; Sizes and positions of red, green, blue and what is left, twice: for the window and the linear frame buffer.
vbe_colour_fields:
        push    si
        mov     al, [cs:si + VBE_BITS]
        mov     si, .masks
.next:  cmp     [cs:si], al
        je      .found
        add     si, 9
        cmp     si, .masks_end
        jb      .next
        jmp     .done
.found: inc     si
        push    si
        push    di
        add     di, 0x1F
        mov     cx, 8
        rep cs movsb
        pop     di
        pop     si
        push    di
        add     di, 0x36
        mov     cx, 8
        rep cs movsb
        pop     di
        cmp     byte [es:di + 0x25], 0
        je      .done
        mov     byte [es:di + 0x27], 2      ; what is left can be used
.done:  pop     si
        ret
.masks: db      15,  5, 10,  5, 5,  5, 0,  1, 15
        db      16,  5, 11,  6, 5,  5, 0,  0, 0
        db      24,  8, 16,  8, 8,  8, 0,  0, 0
        db      32,  8, 16,  8, 8,  8, 0,  8, 24
.masks_end:
`;
