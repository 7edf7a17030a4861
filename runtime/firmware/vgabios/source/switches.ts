/** int 10h, AH=12 and 1A: what the adapter is, switches, the display. */
export const switches = `
; BL: what to do. AL = 12 tells that it was done.
alternate_select:
        cmp     bl, 0x10
        je      adapter_information
        cmp     bl, 0x80
        jae     extension_select
        sub     bl, 0x30
        cmp     bl, SWITCHES
        jae     .unknown
        mov     ah, al
        cmp     al, 2
        ja      .unknown
        movzx   di, bl
        shl     di, 1
        call    word [cs:.switches + di]
        mov     byte [bp + CALLER_AL], 0x12
.unknown:
        ret
.switches:
        dw      set_text_lines, switch_default_palette, switch_video, switch_gray
        dw      switch_cursor_emulation, nothing, switch_refresh
SWITCHES equ ($ - .switches) / 2

; BH: 1 for monochrome, BL: 256 KB, CH: feature bits, CL: switches.
adapter_information:
        xor     bx, bx
        cmp     word [BDA_CRTC], CRTC_MONO
        sete    bh
        mov     bl, 3
        mov     [bp + CALLER_BX], bx
        movzx   cx, byte [BDA_SWITCHES]
        and     cl, 0x0F
        mov     [bp + CALLER_CX], cx
        ret

; AL: 0 for 200, 1 for 350, 2 for 400 lines in the text modes that are set from now on.
set_text_lines:
        mov     ah, FLAG_200_LINES
        sub     al, 1
        jb      .set
        mov     ah, 0
        je      .set
        mov     ah, FLAG_400_LINES
.set:   and     byte [BDA_FLAGS], ~(FLAG_200_LINES | FLAG_400_LINES) & 0xFF
        or      [BDA_FLAGS], ah
        ret

; AL, of the following: 0 on, 1 off.
switch_default_palette:
        and     byte [BDA_FLAGS], ~FLAG_NO_PALETTE & 0xFF
        cmp     al, 0
        je      .done
        or      byte [BDA_FLAGS], FLAG_NO_PALETTE
.done:  ret

; Whether the processor reaches video memory.
switch_video:
        mov     dx, MISC_READ
        in      al, dx
        or      al, 2
        cmp     ah, 0
        je      .write
        and     al, 0xFD
.write: mov     dx, MISC_WRITE
        out     dx, al
        ret

switch_gray:
        or      byte [BDA_FLAGS], FLAG_GRAY
        cmp     al, 0
        je      .done
        and     byte [BDA_FLAGS], ~FLAG_GRAY & 0xFF
.done:  ret

switch_cursor_emulation:
        and     byte [BDA_CONTROL], ~CONTROL_NO_CURSOR_EMULATION & 0xFF
        cmp     al, 0
        je      .done
        or      byte [BDA_CONTROL], CONTROL_NO_CURSOR_EMULATION
.done:  ret

switch_refresh:
        shl     ah, 5

; AH: the sequencer's screen off bit, 20h or 0. Changes AX, DX.
set_screen_off:
        mov     dx, SEQUENCER
        mov     al, 1
        out     dx, al
        inc     dx
        in      al, dx
        and     al, 0xDF
        or      al, ah
        out     dx, al
        ret

; AL = 0: the displays to BX, the active one in BL; AL = 1: they are BX.
display_combination:
        cmp     al, 1
        ja      .unknown
        mov     byte [bp + CALLER_AL], 0x1A
        je      .set
        movzx   di, byte [BDA_DISPLAY]
        shl     di, 1
        mov     ax, [cs:display_codes + 4 + di]
        xchg    al, ah
        mov     [bp + CALLER_BX], ax
.unknown:
        ret
.set:   xor     di, di
        mov     si, display_codes + 4
.next:  mov     ax, [cs:si]
        xchg    al, ah
        cmp     ax, bx
        je      .found
        add     si, 2
        inc     di
        cmp     di, 16
        jb      .next
        ret
.found: mov     ax, di
        mov     [BDA_DISPLAY], al
        ret
`;
