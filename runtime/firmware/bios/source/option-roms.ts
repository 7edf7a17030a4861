/** ROMs of cards: those that PCI functions have, those that lie from C0000h on, and those that fw_cfg has. */
export const optionRoms = `
bits 16
ROM_SIGNATURE   equ 0xAA55
ROM_FIRST       equ 0xC000      ; segments
ROM_END         equ 0xF000
ROM_STEP        equ 0x80        ; 2 KB
ROM_ENTRY       equ 3
PCI_CLASS_DISPLAY equ 0x03
ROM_PNP         equ 0x1A        ; offset of the Plug and Play header's offset
ROM_PCI_DATA    equ 0x18        ; offset of the PCI data structure
ROM_ENABLE      equ 1
PCI_DATA_LENGTH equ 0x10        ; of the PCI data structure: the image's size in 512 bytes
PCI_DATA_CODE   equ 0x14
PCI_DATA_INDICATOR equ 0x15
PCI_DATA_LAST   equ 0x80
CODE_PC_AT      equ 0

; Copies the ROM of the first display card to C0000h.
display_rom_copy:
        call    display_function
        mov     [cs:rom_function], ax
        mov     bx, ax
        mov     si, ROM_FIRST
        jmp     pci_rom_copy

; Copies the ROMs of all PCI functions but the display's after the last ROM, and calls them.
pci_roms_load:
        xor     bx, bx
.next:  cmp     bx, [cs:rom_function]
        je      .other
        mov     si, [cs:next_rom]
        call    pci_rom_copy
        jc      .other
        push    word [cs:rom_function]
        mov     [cs:rom_function], bx
        push    bx
        mov     di, si
        inc     di                  ; no further than this one
        call    option_roms_scan
        pop     bx
        pop     word [cs:rom_function]
.other: inc     bl
        jnz     .next
        ret

; Copies the ROM of PCI function BX to segment SI: of several images that for this processor (PCI Local Bus Specification
; 2.1, 6.3). CF: there is none, or no room for it.
pci_rom_copy:
        pushad
        mov     di, PCI_CLASS
        call    pci_read_word
        inc     ax
        jz      .none
        mov     di, PCI_HEADER
        call    pci_read_byte
        and     al, 0x7F
        jnz     .none               ; a bridge has another register there
        mov     di, PCI_ROM
        call    pci_read_dword
        and     eax, 0xFFFFF800
        jz      .none
        movzx   edi, si
        shl     edi, 4
        mov     esi, eax
        push    di
        mov     di, PCI_ROM
        or      al, ROM_ENABLE
        call    pci_write_dword
        pop     di
        pushf
        cli
        call    flat_begin
        call    pci_rom_image
        jc      .copied
        shr     ecx, 2
.copy:  mov     eax, [fs:esi]
        mov     [fs:edi], eax
        add     esi, 4
        add     edi, 4
        a32 loop .copy
        clc
.copied:
        setc    cl
        call    flat_end
        popf
        mov     di, PCI_ROM
        call    pci_read_dword
        and     al, ~ROM_ENABLE & 0xFF
        call    pci_write_dword
        shr     cl, 1
        popad
        ret
.none:  popad
        stc
        ret

; ESI: the image for this processor of the ROM at ESI, ECX: its bytes. CF: there is none, or it does not fit from EDI on.
pci_rom_image:
.next:  cmp     word [fs:esi], ROM_SIGNATURE
        jne     .none
        movzx   eax, word [fs:esi + ROM_PCI_DATA]
        add     eax, esi
        cmp     dword [fs:eax], 'PCIR'
        jne     .found              ; there are no others
        cmp     byte [fs:eax + PCI_DATA_CODE], CODE_PC_AT
        je      .found
        test    byte [fs:eax + PCI_DATA_INDICATOR], PCI_DATA_LAST
        jnz     .none
        movzx   ecx, word [fs:eax + PCI_DATA_LENGTH]
        shl     ecx, 9
        jz      .none
        add     esi, ecx
        jmp     .next
.found: movzx   ecx, byte [fs:esi + 2]
        shl     ecx, 9
        jz      .none
        lea     eax, [edi + ecx]
        cmp     eax, ROM_END << 4
        ja      .none
        clc
        ret
.none:  stc
        ret

; Calls the ROMs from segment SI on and below DI, in steps of 2 KB. Gives SI: where it has looked until.
option_roms_scan:
.next:  cmp     si, di
        jae     .end
        mov     es, si
        cmp     word [es:0], ROM_SIGNATURE
        jne     .skip
        call    rom_checksum
        jnz     .skip
        push    di
        call    rom_call
        pop     di
        mov     es, si
        movzx   ax, byte [es:2]     ; size in 512 bytes
        shl     ax, 5
        add     ax, ROM_STEP - 1
        and     ax, ~(ROM_STEP - 1) & 0xFFFF
        jz      .skip
        add     si, ax
        cmp     si, [cs:next_rom]
        jbe     .next
        mov     [cs:next_rom], si
        jmp     .next
.skip:  add     si, ROM_STEP
        jmp     .next
.end:   ret

; Copies the files of fw_cfg that are ROMs to segment SI and the next ones, and calls them. DS: EBDA.
option_roms_load:
        test    byte [EBDA_FLAGS], FLAG_FW_CFG
        jz      .end
        push    word FILES_SEGMENT
        pop     es
        mov     cx, [es:0]
        mov     di, 2
.next:  jcxz    .end
        push    cx
        push    di
        push    word FILES_SEGMENT
        pop     es
        call    .is_rom
        jne     .other
        call    .load
.other: pop     di
        pop     cx
        add     di, FILE_ENTRY
        dec     cx
        jmp     .next
.end:   ret
; ZF: the file at ES:DI is a ROM by its name.
.is_rom:
        push    si
        push    di
        mov     si, .folder
        add     di, FILE_NAME
        call    text_begins
        pop     di
        pop     si
        ret
; The file at ES:DI, if there is room for it.
.load:  mov     eax, [es:di]
        bswap   eax
        cmp     eax, 0xFFF0
        ja      .none
        mov     cx, ax
        add     ax, 15
        shr     ax, 4
        add     ax, si
        cmp     ax, ROM_END
        ja      .none
        mov     ax, [es:di + FILE_KEY]
        xchg    al, ah
        call    fw_cfg_select
        mov     es, si
        xor     di, di
        rep insb
        mov     di, si
        inc     di                  ; no further than this one
        jmp     option_roms_scan
.none:  ret
.folder: db 'genroms/', 0

; ZF: the bytes of the ROM at ES add up to 0.
rom_checksum:
        push    ds
        push    si
        push    es
        pop     ds
        movzx   ecx, byte [2]
        shl     ecx, 9
        xor     ebx, ebx
        mov     al, 1
        jecxz   .end
        dec     al
.next:  add     al, [ebx]
        inc     ebx
        dec     ecx
        jz      .end
        test    bx, bx
        jnz     .next
        mov     dx, ds              ; the next 64 KB
        add     dx, 0x1000
        mov     ds, dx
        xor     ebx, ebx
        jmp     .next
.end:   pop     si
        pop     ds
        test    al, al
        ret

; Calls the initialization of the ROM at ES (BIOS Boot Specification 1.01, 6; PCI Firmware Specification 3.0, 5.2.1.5: the
; data segments have 4 GB). AX: the PCI function that has it.
rom_call:
        pushad
        push    ds
        push    es
        push    bp
        mov     ax, es
        mov     [cs:.target + 2], ax
        mov     ax, [cs:rom_function]
        mov     di, pnp_header
        push    cs
        pop     es
        xor     bx, bx
        dec     bx
        mov     dx, bx
        pushf
        cli
        call    flat_begin
        popf                        ; a ROM may wait for interrupts
        pushf
        call    far [cs:.target]
        cli
        cld
        call    flat_end
        popf
        pop     bp
        pop     es
        pop     ds
        popad
        ret
.target: dw ROM_ENTRY, 0
rom_function: dw 0              ; bus and function that has the ROM; 0: none

; BX: the boot entry vector of the ROM at ES; CF: it has none (Plug and Play BIOS Specification 1.0A, 3.2).
rom_boot_entry:
        cmp     word [es:0], ROM_SIGNATURE
        jne     .none
        mov     bx, [es:ROM_PNP]
        cmp     dword [es:bx], '$PnP'
        jne     .none
        mov     bx, [es:bx + PNP_BOOT_ENTRY]
        test    bx, bx
        jz      .none
        clc
        ret
.none:  stc
        ret
PNP_BOOT_ENTRY  equ 0x1A

; AX: bus and function of the first display card; 0: none.
display_function:
        push    bx
        push    di
        xor     bx, bx
.next:  mov     di, PCI_CLASS
        call    pci_read_word
        cmp     ax, 0xFFFF
        je      .other
        cmp     ah, PCI_CLASS_DISPLAY
        je      .found
.other: inc     bl
        jnz     .next
.found: mov     ax, bx
        pop     di
        pop     bx
        ret
`;
