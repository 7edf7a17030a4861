/**
 * Functions of the chip's BIOS for its drivers: modes by numbers of its own, int 10h, AH=12 with BL from 80 on; functions beyond
 * VBE.
 */
export const cirrusFunctions = `
; BX: the mode of VBE that the number AL is, with VBE_KEEP; carry: it is none. Keeps the other registers.
extension_mode:
        push    si
        push    ax
        mov     bh, al
        and     al, 0x7F
        mov     si, cirrus_numbers
.next:  cmp     al, [cs:si]
        je      .found
        add     si, 3
        cmp     si, cirrus_numbers_end
        jb      .next
        stc
        jmp     .done
.found: and     bh, 0x80
        mov     ax, [cs:si + 1]
        or      bh, ah
        mov     bl, al
        clc
.done:  pop     ax
        pop     si
        ret

; AL: the active mode's own number, if it has one. Keeps the other registers.
extension_number:
        pushad
        mov     bp, sp
        call    active_vbe_mode
        mov     bx, [cs:si + VBE_NUMBER]
        mov     si, cirrus_numbers
.next:  cmp     bx, [cs:si + 1]
        je      .found
        add     si, 3
        cmp     si, cirrus_numbers_end
        jb      .next
        jmp     .done
.found: mov     al, [cs:si]
        mov     [bp + CALLER_AL], al
.done:  popad
        ret

; BL: 80: which chip, 81: version of the BIOS, 82: revision of the chip, 85: memory in units of 64 KB, 9A: options,
; A0: whether there is mode AL, A1: the monitor, A2: its lines, AE: high refresh.
extension_select:
        mov     si, .functions
.next:  cmp     bl, [cs:si]
        je      .found
        add     si, 3
        cmp     si, .functions_end
        jb      .next
        ret
.found: jmp     word [cs:si + 1]
.functions:
        db      0x80
        dw      .chip
        db      0x81
        dw      .version
        db      0x82
        dw      .revision
        db      0x85
        dw      .memory
        db      0x9A
        dw      .options
        db      0xA0
        dw      .mode
        db      0xA1
        dw      .monitor
        db      0xA2
        dw      .lines
        db      0xAE
        dw      .refresh
.functions_end:
.chip:  mov     word [bp + CALLER_AX], 0x0039       ; a CL-GD5446
        mov     word [bp + CALLER_BX], 0
        ret
.version:
        mov     word [bp + CALLER_AX], 0x0100
        ret
.revision:
        mov     al, 0x27
        call    read_crtc
        and     al, 3
        mov     ah, 0xAF
        mov     [bp + CALLER_AX], ax
        ret
.memory:
        call    cirrus_memory
        mov     [bp + CALLER_AL], al
        ret
.options:
        mov     word [bp + CALLER_AX], 0x4060
        mov     word [bp + CALLER_CX], 0x1132
        ret
.mode:  call    extension_mode
        setnc   byte [bp + CALLER_AH]
        ret
.monitor:
        mov     word [bp + CALLER_BX], 0x0E00       ; colours
        ret
.lines: mov     byte [bp + CALLER_AL], 7            ; 31.5 to 64 kHz
        ret
.refresh:
        mov     byte [bp + CALLER_AL], 1
        ret

; There is nothing for protected mode.
vbe_protected_mode:
        mov     ax, VBE_FAILED
        ret
`;
