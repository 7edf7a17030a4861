/** Real mode with 4 GB: the limits of data segments are set in protected mode and stay when it is left. */
export const flat = `
bits 16
; DS, ES, FS and GS get limits of 4 GB; FS and GS are 0 afterwards. Interrupts must be off.
flat_begin:
        push    bx
        mov     bx, FLAT_DATA
        call    limits_set
        pop     bx
        ret

; They have 64 KB again.
flat_end:
        push    bx
        mov     bx, REAL_DATA
        call    limits_set
        pop     bx
        ret

; BX: the descriptor whose limit they get.
limits_set:
        push    eax
        push    ds
        push    es
        o32 lgdt [cs:reset_gdt_register]
        mov     eax, cr0
        or      al, 1
        mov     cr0, eax
        jmp     .protected
.protected:
        mov     ds, bx
        mov     es, bx
        mov     fs, bx
        mov     gs, bx
        mov     eax, cr0
        and     al, ~1 & 0xFF
        mov     cr0, eax
        jmp     .real
.real:  xor     ax, ax
        mov     fs, ax
        mov     gs, ax
        pop     es
        pop     ds
        pop     eax
        ret
`;
