/** Memory beyond the first MB, by int 15h, AH=87 of the system BIOS. */
export const blockMove = `
; Moves CX words from the physical address ESI to EDI. Carry: the system BIOS did not. Keeps all registers.
move_block:
        pushad
        push    es
        push    dword 0             ; descriptors of the system BIOS's code and stack
        push    dword 0
        push    dword 0
        push    dword 0
        mov     eax, edi
        call    .descriptor
        mov     eax, esi
        call    .descriptor
        push    dword 0             ; of this table, and the empty one
        push    dword 0
        push    dword 0
        push    dword 0
        push    ss
        pop     es
        mov     si, sp
        mov     ah, 0x87
        int     0x15
        sbb     ax, ax              ; -1 with carry
        add     sp, 48
        pop     es
        add     ax, ax
        popad
        ret
; Pushes a descriptor of data with the base EAX.
.descriptor:
        pop     bx
        mov     edx, eax
        rol     eax, 16
        and     edx, 0xFF000000
        mov     dl, al
        mov     dh, 0x93            ; present, written, data
        push    edx
        mov     ax, 0xFFFF          ; limit
        push    eax
        push    bx
        ret
`;
