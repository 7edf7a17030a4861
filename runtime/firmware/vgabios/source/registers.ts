/** Registers of a mode from its parameters. */
export const registers = `
; All registers from the parameters at CS:BX. The picture is off after it.
write_registers:
        push    si
        mov     dx, SEQUENCER
        mov     ax, 0x0100          ; reset while the clock changes
        out     dx, ax
        mov     dx, MISC_WRITE
        mov     al, [cs:bx + PARAMETER_MISC]
        out     dx, al
        lea     si, [bx + PARAMETER_SEQUENCER]
        mov     dx, SEQUENCER
        mov     ax, 4 << 8 | 1
        call    write_indexed
        mov     ax, 0x0300
        out     dx, ax
        mov     dx, [BDA_CRTC]
        mov     ax, 0x0011          ; registers 0 to 7 can be written
        out     dx, ax
        lea     si, [bx + PARAMETER_CRTC]
        mov     ax, 25 << 8
        call    write_indexed
        lea     si, [bx + PARAMETER_GRAPHICS]
        mov     dx, GRAPHICS
        mov     ax, 9 << 8
        call    write_indexed
        lea     si, [bx + PARAMETER_ATTRIBUTE]
        call    write_attributes
        pop     si
        ret

; Writes AH registers, from number AL on, at index port DX, from CS:SI.
write_indexed:
        mov     cl, ah
        mov     ch, 0
.next:  mov     ah, [cs:si]
        out     dx, ax
        inc     ax                  ; the number is AL
        inc     si
        loop    .next
        ret

; The palette, 20 bytes from CS:SI.
write_attributes:
        call    reset_attribute
        mov     dx, ATTRIBUTE_PORT
        mov     cx, 20
        mov     ah, 0
.next:  mov     al, ah
        out     dx, al
        cs lodsb
        out     dx, al
        inc     ah
        loop    .next
        mov     al, 0x14            ; colour select
        out     dx, al
        mov     al, 0
        out     dx, al
        ret

; The next write to the attribute controller's port is an index. Changes AL, DX.
reset_attribute:
        mov     dx, CRTC_MONO + 6   ; one of them is there
        in      al, dx
        mov     dl, (CRTC_COLOUR + 6) & 0xFF
        in      al, dx
        ret

show_picture:
        call    reset_attribute
        mov     dx, ATTRIBUTE_PORT
        mov     al, ATTRIBUTE_SHOW
        out     dx, al
        ret
`;
