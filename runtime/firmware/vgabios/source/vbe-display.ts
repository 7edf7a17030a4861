/** VBE functions 05 to 09, 0A and 10: window, lines, start of the picture, colours, power. */
export const vbeDisplay = `
; What a program may call instead of function 05.
vbe_window_far:
        push    ds
        push    BDA
        pop     ds
        push    cx
        call    window
        pop     cx
        pop     ds
        retf

; BH = 0: window BL shows the 64 KB DX; BH = 1: which ones to DX.
vbe_window:
        call    window
        mov     [bp + CALLER_DX], dx
        ret

; As vbe_window, by registers. AX: result. Changes CX.
window:
        cmp     byte [BDA_MODE], VBE_MODE
        jne     .failed
        cmp     bl, 0
        jne     .failed
        cmp     bh, 1
        je      .get
        ja      .failed
        mov     al, EXTENSION_MEMORY
        call    read_extension
        cmp     dx, ax
        jae     .failed
        push    bx
        mov     bx, dx
        mov     al, EXTENSION_BANK
        call    write_extension
        pop     bx
        jmp     .done
.get:   mov     al, EXTENSION_BANK
        call    read_extension
        mov     dx, ax
.done:  mov     ax, VBE_OK
        ret
.failed:
        mov     ax, VBE_FAILED
        ret

; BL: 0: a line has CX pixels, 2: CX bytes; 1: what it has; 3: the most. BX: bytes, CX: pixels, DX: lines in memory.
vbe_line_length:
        call    vbe_active
        jc      .failed
        mov     dl, bl
        cmp     dl, 1
        je      .report
        cmp     dl, 3
        ja      .failed
        jb      .set
        call    most_pixels
        mov     cx, ax
        jmp     .tell
.set:   cmp     dl, 2
        jne     .pixels
        call    pixels_of_bytes
.pixels:
        mov     al, EXTENSION_WIDTH
        call    read_extension
        cmp     cx, ax
        jae     .enough
        mov     cx, ax
.enough:
        call    most_pixels         ; a multiple of 8
        cmp     cx, ax
        ja      .too_long
        add     cx, 7
        and     cx, 0xFFF8
        call    line_facts
        mov     al, EXTENSION_HEIGHT
        call    read_extension
        cmp     dx, ax
        jb      .too_long
        mov     bx, cx
        mov     al, EXTENSION_VIRTUAL_WIDTH
        call    write_extension
.report:
        mov     al, EXTENSION_VIRTUAL_WIDTH
        call    read_extension
        mov     cx, ax
.tell:  call    line_facts
        mov     [bp + CALLER_BX], bx
        mov     [bp + CALLER_CX], cx
        mov     [bp + CALLER_DX], dx
        mov     ax, VBE_OK
        ret
.too_long:
        mov     ax, VBE_BAD
        ret
.failed:
        mov     ax, VBE_FAILED
        ret

; CX: pixels of CX bytes in the active mode, FFF8 if there are more. Changes EAX, EDX but DL.
pixels_of_bytes:
        push    dx
        mov     al, EXTENSION_BPP
        call    read_extension
        cmp     al, 4
        je      .planes
        add     ax, 7
        shr     ax, 3
        xchg    ax, cx
        xor     dx, dx
        div     cx
        mov     cx, ax
        jmp     .done
.planes:
        cmp     cx, 0xFFF8 >> 3
        jbe     .few
        mov     cx, 0xFFF8 >> 3
.few:   shl     cx, 3
.done:  pop     dx
        ret

; BX: bytes of a line of CX pixels in the active mode, DX: how many of them fit memory. Keeps CX.
line_facts:
        push    ecx
        movzx   ecx, cx
        mov     al, EXTENSION_BPP
        call    read_extension
        mov     dl, al
        mov     al, EXTENSION_MEMORY
        call    read_extension
        movzx   ebx, ax
        shl     ebx, 16
        mov     al, dl
        cmp     al, 4
        je      .planes
        add     al, 7
        shr     al, 3
        movzx   eax, al
        imul    ecx, eax
        jmp     .divide
.planes:
        shr     ecx, 3
        shr     ebx, 2
.divide:
        mov     eax, ebx
        xor     edx, edx
        div     ecx
        cmp     eax, 0xFFFF
        jbe     .lines
        mov     ax, 0xFFFF
.lines: mov     dx, ax
        mov     bx, cx
        pop     ecx
        ret

; BL: 0: the picture begins at pixel CX of line DX, 80: the same at the next retrace; 1: where it begins.
vbe_display_start:
        call    vbe_active
        jc      .failed
        cmp     bl, 1
        je      .get
        test    bl, 0x7F
        jnz     .failed
        push    cx
        push    dx
        push    bx
        mov     al, EXTENSION_VIRTUAL_WIDTH
        call    read_extension
        mov     cx, ax
        call    line_facts
        mov     al, EXTENSION_HEIGHT
        call    read_extension
        sub     dx, ax              ; the last line where it can begin
        mov     ax, dx
        pop     bx
        pop     dx
        pop     cx
        cmp     dx, ax
        ja      .too_low
        test    bl, 0x80
        jz      .now
        call    wait_for_retrace
.now:   mov     bx, cx
        mov     al, EXTENSION_X
        call    write_extension
        mov     bx, dx
        mov     al, EXTENSION_Y
        call    write_extension
        mov     ax, VBE_OK
        ret
.get:   mov     byte [bp + CALLER_BH], 0
        mov     al, EXTENSION_X
        call    read_extension
        mov     [bp + CALLER_CX], ax
        mov     al, EXTENSION_Y
        call    read_extension
        mov     [bp + CALLER_DX], ax
        mov     ax, VBE_OK
        ret
.too_low:
        mov     ax, VBE_BAD
        ret
.failed:
        mov     ax, VBE_FAILED
        ret

; Waits until the vertical retrace begins; not for ever, as a program may have given the CRTC a picture without one. Changes AL.
RETRACE_LOOKS equ 1 << 20
wait_for_retrace:
        push    ecx
        push    dx
        mov     dx, CRTC_COLOUR + 6
        mov     ecx, RETRACE_LOOKS
.in:    in      al, dx
        test    al, 8
        a32 loopnz .in
.out:   in      al, dx
        test    al, 8
        a32 loopz .out
        pop     dx
        pop     ecx
        ret

; BL = 0: colours get BH bits, 6 or 8; 1: how many they have to BH.
vbe_dac_width:
        cmp     byte [BDA_MODE], VBE_MODE
        jne     .modal
        mov     al, EXTENSION_BPP
        call    read_extension
        cmp     al, 8
        ja      .modal
        mov     al, EXTENSION_ENABLE
        call    read_extension
        cmp     bl, 1
        je      .tell
        ja      .failed
        and     al, ~EXTENSION_8_BIT_DAC & 0xFF
        cmp     bh, 8
        jb      .write
        or      al, EXTENSION_8_BIT_DAC
.write: mov     bx, ax
        mov     al, EXTENSION_ENABLE
        call    write_extension
        mov     al, EXTENSION_ENABLE
        call    read_extension      ; there may be 6 bits alone
.tell:  mov     bh, 6
        test    al, EXTENSION_8_BIT_DAC
        jz      .width
        mov     bh, 8
.width: mov     [bp + CALLER_BH], bh
        mov     ax, VBE_OK
        ret
.failed:
        mov     ax, VBE_FAILED
        ret
.modal: mov     ax, VBE_MODAL
        ret

; BL: 0 sets, 80 sets at the next retrace, 1 gets CX colours from DX on; ES:DI: blue, green, red, 0 of each.
vbe_palette:
        mov     di, [bp + CALLER_DI]
        cmp     dh, 0
        jne     .failed
        mov     ah, dl
        cmp     bl, 1
        je      .get
        test    bl, 0x7F
        jnz     .failed
        test    bl, 0x80
        jz      .set
        call    wait_for_retrace
.set:   mov     al, ah
        mov     dx, DAC_WRITE
        out     dx, al
        mov     dx, DAC_DATA
        jcxz    .done
.next:  mov     al, [es:di + 2]
        out     dx, al
        mov     al, [es:di + 1]
        out     dx, al
        mov     al, [es:di]
        out     dx, al
        add     di, 4
        loop    .next
        jmp     .done
.get:   mov     al, ah
        mov     dx, DAC_READ
        out     dx, al
        mov     dx, DAC_DATA
        jcxz    .done
.read:  in      al, dx
        mov     [es:di + 2], al
        in      al, dx
        mov     [es:di + 1], al
        in      al, dx
        mov     ah, 0
        mov     [es:di], al
        mov     [es:di + 3], ah
        add     di, 4
        loop    .read
.done:  mov     ax, VBE_OK
        ret
.failed:
        mov     ax, VBE_FAILED
        ret

; BL: 0: what there is; 1: the state BH; 2: which one it is. The display has on and off.
vbe_power:
        cmp     bl, 1
        je      .set
        ja      .get
        mov     word [bp + CALLER_BX], 0x0710   ; standby, suspend, off; version 1.0
        mov     ax, VBE_OK
        ret
.set:   mov     ah, 0x20
        cmp     bh, 0
        jne     .write
        mov     ah, 0
.write: call    set_screen_off
        mov     ax, VBE_OK
        ret
.get:   cmp     bl, 2
        jne     .failed
        mov     dx, SEQUENCER
        mov     al, 1
        out     dx, al
        inc     dx
        in      al, dx
        and     al, 0x20
        shr     al, 3               ; 4: off
        mov     [bp + CALLER_BH], al
        mov     ax, VBE_OK
        ret
.failed:
        mov     ax, VBE_FAILED
        ret
`;
