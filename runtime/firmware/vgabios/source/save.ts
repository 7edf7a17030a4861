/** int 10h, AH=1C: saving and restoring state. Its parts are also those of VBE's function 04. */
export const save = `
; AL = 0: blocks of 64 bytes for the parts CX to BX; 1: save to ES:BX; 2: restore from there.
save_restore:
        cmp     al, 2
        ja      .done
        and     cx, 7
        mov     byte [bp + CALLER_AL], 0x1C
        call    save_parts
        cmp     al, 0
        jne     .done
        mov     [bp + CALLER_BX], bx
.done:  ret

; Does AL with the parts that have a bit in CX, at ES:BX; if AL is 0, BX becomes the number of blocks. Keeps AX.
save_parts:
        mov     di, bx
        mov     bx, 0
        mov     si, parts
.next:  shr     cx, 1
        jnc     .skip
        add     bx, [cs:si + PART_BLOCKS]
        cmp     al, 0
        je      .skip
        push    es
        pushad
        cmp     al, 1
        je      .save
        call    word [cs:si + PART_RESTORE]
        jmp     .done
.save:  call    word [cs:si + PART_SAVE]
.done:  popad
        pop     es
        mov     dx, [cs:si + PART_BLOCKS]
        shl     dx, 6
        add     di, dx
.skip:  add     si, PART_BYTES
        cmp     si, parts_end
        jb      .next
        ret

PART_BLOCKS  equ 0
PART_SAVE    equ 2
PART_RESTORE equ 4
PART_BYTES   equ 6
parts:
        dw      1, save_registers, restore_registers
        dw      1, save_bios_data, restore_bios_data
        dw      13, save_dac, restore_dac
        dw      1, save_extension, restore_extension
parts_end:

; Miscellaneous output, sequencer, CRTC, graphics controller, attribute controller to ES:DI.
save_registers:
        mov     dx, MISC_READ
        in      al, dx
        stosb
        mov     dx, SEQUENCER
        mov     cx, 5
        call    read_indexed
        call    crtc_port
        mov     cx, 25
        call    read_indexed
        mov     dx, GRAPHICS
        mov     cx, 9
        call    read_indexed
        mov     bl, 0
.next:  call    read_attribute
        stosb
        inc     bl
        cmp     bl, 21
        jb      .next
        ret

; The CRTC's port, by the miscellaneous output, to DX. Keeps the other registers.
crtc_port:
        push    ax
        mov     dx, MISC_READ
        in      al, dx
        mov     dx, CRTC_COLOUR
        test    al, 1
        jnz     .done
        mov     dx, CRTC_MONO
.done:  pop     ax
        ret

; CX registers, from 0 on, of index port DX to ES:DI. Changes AX.
read_indexed:
        mov     ah, 0
.next:  mov     al, ah
        out     dx, al
        inc     dx
        in      al, dx
        dec     dx
        stosb
        inc     ah
        loop    .next
        ret

restore_registers:
        push    ds
        push    es
        pop     ds
        mov     si, di
        mov     dx, SEQUENCER
        mov     ax, 0x0100          ; reset while the clock changes
        out     dx, ax
        mov     dx, MISC_WRITE
        lodsb
        out     dx, al
        inc     si                  ; the reset register is last
        mov     dx, SEQUENCER
        mov     ax, 4 << 8 | 1
        call    restore_indexed
        mov     ax, 0x0300
        out     dx, ax
        call    crtc_port
        mov     ax, 0x0011          ; registers 0 to 7 can be written
        out     dx, ax
        mov     ax, 25 << 8
        call    restore_indexed
        mov     dx, GRAPHICS
        mov     ax, 9 << 8
        call    restore_indexed
        mov     bl, 0
.next:  mov     bh, [si]
        inc     si
        call    write_attribute
        inc     bl
        cmp     bl, 21
        jb      .next
        pop     ds
        ret

; Writes AH registers, from number AL on, at index port DX, from DS:SI.
restore_indexed:
        mov     cl, ah
        mov     ch, 0
.next:  mov     ah, [si]
        out     dx, ax
        inc     ax
        inc     si
        loop    .next
        ret

; Ranges of the first KB that belong to the video BIOS: offset and length.
saved_data:
        dw      0x410, 2, 0x449, 0x1E, 0x484, 7, 0x4A8, 4, 0x1F * 4, 4, 0x43 * 4, 4, 0

save_bios_data:
        mov     bx, saved_data
        push    0
        pop     ds
.next:  mov     si, [cs:bx]
        cmp     si, 0
        je      .done
        mov     cx, [cs:bx + 2]
        rep movsb
        add     bx, 4
        jmp     .next
.done:  push    BDA
        pop     ds
        ret

restore_bios_data:
        push    es
        pop     ds
        push    0
        pop     es
        mov     si, di
        mov     bx, saved_data
.next:  mov     di, [cs:bx]
        cmp     di, 0
        je      .done
        mov     cx, [cs:bx + 2]
        rep movsb
        add     bx, 4
        jmp     .next
.done:  push    BDA
        pop     ds
        ret

; The mask and 256 colours.
save_dac:
        mov     dx, DAC_MASK
        in      al, dx
        stosb
        mov     dx, DAC_READ
        mov     al, 0
        out     dx, al
        mov     dx, DAC_DATA
        mov     cx, 3 * 256
.next:  in      al, dx
        stosb
        loop    .next
        ret

restore_dac:
        mov     dx, DAC_MASK
        mov     al, [es:di]
        inc     di
        out     dx, al
        mov     dx, DAC_WRITE
        mov     al, 0
        out     dx, al
        mov     dx, DAC_DATA
        mov     cx, 3 * 256
.next:  mov     al, [es:di]
        inc     di
        out     dx, al
        loop    .next
        ret
`;
