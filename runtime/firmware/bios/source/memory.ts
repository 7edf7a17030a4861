/** Memory: its size, the map of INT 15h E820h, and INT 12h. */
export const memory = `
bits 16
RANGE_RAM       equ 1
RANGE_RESERVED  equ 2
RANGE_ABOVE_4GB equ 0x80 | RANGE_RAM
RANGE_HIGH      equ 6           ; the number of the range from 4 GB on
SMAP            equ 0x534D4150
ROM_RESERVED    equ 0xFFFC0000  ; flash ROM below 4 GB

; The machine keeps the sizes of its memory in CMOS. DS: EBDA.
memory_setup:
        mov     ah, CMOS_ABOVE_16MB
        call    cmos_read_word
        movzx   eax, ax
        shl     eax, 16
        jz      .small
        add     eax, 16 << 20
        jmp     .known
.small: mov     ah, CMOS_ABOVE_1MB
        call    cmos_read_word
        movzx   eax, ax
        shl     eax, 10
        add     eax, 1 << 20
.known: mov     [EBDA_MEMORY_TOP], eax
        mov     [EBDA_RAM_END], eax
        mov     ah, CMOS_ABOVE_4GB + 1
        call    cmos_read_word
        movzx   ebx, ax
        shl     ebx, 8
        mov     ah, CMOS_ABOVE_4GB
        call    cmos_read
        mov     bl, al
        mov     [EBDA_MEMORY_HIGH], ebx
        ret

; Range number BX of the memory map. Gives EAX: start, ECX: end, DL: type, CF: there is none such. Of a range from 4 GB on
; (RANGE_ABOVE_4GB) EAX and ECX are in units of 64 KB. DS: EBDA.
memory_range:
        mov     dl, RANGE_RESERVED
        push    bx
        cmp     bx, RANGE_HIGH
        ja      .none
        cmp     bx, 4
        jb      .number
        mov     eax, [EBDA_RAM_END]
        cmp     eax, [EBDA_MEMORY_TOP]
        jb      .number
        inc     bx                  ; there are no tables in RAM
.number:
        cmp     bx, RANGE_HIGH
        ja      .none
        je      .high
        add     bx, bx
        call    [cs:.ranges + bx]
        pop     bx
        clc
        ret
.ranges: dw .low, .extended_area, .bios, .extended, .tables, .flash
.low:   xor     eax, eax
        call    low_memory_end
        mov     dl, RANGE_RAM
        ret
.extended_area:
        call    low_memory_end
        mov     eax, ecx
        mov     ecx, 640 << 10
        ret
.bios:  mov     eax, BIOS_SEGMENT << 4
        mov     ecx, 1 << 20
        ret
.extended:
        mov     eax, 1 << 20
        mov     ecx, [EBDA_RAM_END]
        mov     dl, RANGE_RAM
        ret
.tables:
        mov     ecx, [EBDA_MEMORY_TOP]
        ret
.flash: mov     eax, ROM_RESERVED
        xor     ecx, ecx            ; 4 GB
        ret
.high:  mov     eax, 0x10000
        mov     ecx, [EBDA_MEMORY_HIGH]
        mov     dl, RANGE_ABOVE_4GB
        add     ecx, eax
        cmp     eax, ecx
        je      .none
        pop     bx
        clc
        ret
.none:  pop     bx
        stc
        ret

; DS: the extended BIOS data area, where it is now: programs may have moved it.
ebda_select:
        push    word BDA_SEGMENT
        pop     ds
        mov     ds, [BDA_EBDA]
        ret

; ECX: where conventional memory ends; a ROM may have taken some more of it.
low_memory_end:
        push    ds
        push    word BDA_SEGMENT
        pop     ds
        movzx   ecx, word [BDA_MEMORY]
        shl     ecx, 10
        pop     ds
        ret

; Where the last AX kilobytes of conventional memory are: their segment in AX, at a page of 4 KB. Its end does not move.
low_memory_room:
        push    dx
        push    es
        push    word BDA_SEGMENT
        pop     es
        mov     dx, [es:BDA_MEMORY]
        sub     dx, ax
        and     dx, ~3 & 0xFFFF
        mov     ax, dx
        shl     ax, 6
        pop     es
        pop     dx
        ret

; Conventional memory ends at segment AX from now on, so that nobody else uses what is there.
low_memory_take:
        push    ax
        push    es
        push    word BDA_SEGMENT
        pop     es
        shr     ax, 6
        mov     [es:BDA_MEMORY], ax
        pop     es
        pop     ax
        ret

; The range BX, or the next one that is not empty, as memory_range gives it.
memory_next:
        call    memory_range
        jc      .end
        cmp     eax, ecx
        jne     .found
        inc     bx
        jmp     memory_next
.found: clc
.end:   ret

; INT 15h E820h: EBX: number of the range, ES:DI: 20 bytes, EDX: SMAP (ACPI specification, 15.1).
memory_map:
        cmp     dword [bp + FRAME_DX], SMAP
        jne     system_unsupported
        cmp     dword [bp + FRAME_CX], 20
        jb      system_unsupported
        push    word [bp + FRAME_ES]
        pop     es
        mov     di, [bp + FRAME_DI]
        mov     bx, [bp + FRAME_BX]
        call    memory_next
        jc      system_unsupported
        call    memory_store_range
        inc     bx
        call    memory_next         ; is there another one?
        jnc     .more
        xor     bx, bx
.more:  movzx   ebx, bx
        mov     [bp + FRAME_BX], ebx
        mov     dword [bp + FRAME_CX], 20
        mov     dword [bp + FRAME_AX], SMAP
        jmp     system_done

; ES:DI: base and length as quadwords, type. EAX, ECX, DL: as memory_range gives them.
memory_store_range:
        push    edx
        sub     ecx, eax
        test    dl, 0x80
        jnz     .high
        mov     [es:di], eax
        mov     dword [es:di + 4], 0
        mov     [es:di + 8], ecx
        mov     dword [es:di + 12], 0
        jmp     .type
.high:  mov     dword [es:di], 0
        mov     dword [es:di + 4], 1
        mov     eax, ecx
        shl     eax, 16
        mov     [es:di + 8], eax
        shr     ecx, 16
        mov     [es:di + 12], ecx
.type:  pop     edx
        and     edx, 0x7F
        mov     [es:di + 16], edx
        ret

; INT 15h E801h: KB from 1 MB to 16 MB, and 64 KB from 16 MB on.
memory_sizes:
        mov     eax, [EBDA_RAM_END]
        xor     edx, edx
        cmp     eax, 16 << 20
        jbe     .below
        mov     edx, eax
        sub     edx, 16 << 20
        shr     edx, 16
        mov     eax, 16 << 20
.below: sub     eax, 1 << 20
        shr     eax, 10
        mov     [bp + FRAME_AX], ax
        mov     [bp + FRAME_CX], ax
        mov     [bp + FRAME_BX], dx
        mov     [bp + FRAME_DX], dx
        jmp     system_done

; INT 15h 88h: KB from 1 MB on, at most 63 MB.
memory_extended:
        mov     eax, [EBDA_RAM_END]
        sub     eax, 1 << 20
        shr     eax, 10
        cmp     eax, 63 << 10
        jbe     .fits
        mov     ax, 63 << 10
.fits:  mov     [bp + FRAME_AX], ax
        jmp     system_done

; INT 12h: KB of conventional memory.
int12:
        sti
        push    ds
        push    word BDA_SEGMENT
        pop     ds
        mov     ax, [BDA_MEMORY]
        pop     ds
        iret

; INT 11h: the equipment word.
int11:
        sti
        push    ds
        push    word BDA_SEGMENT
        pop     ds
        mov     ax, [BDA_EQUIPMENT]
        pop     ds
        iret
`;
