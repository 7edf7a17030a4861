/**
 * SMBIOS tables come in two files of the configuration device: the entry point, and what it points to (QEMU, hw/smbios/smbios.c). What
 * they tell of the firmware goes before what the ROM says of itself.
 */
export const smbios = `
bits 16
ANCHOR_BYTES    equ 31
ANCHOR_CHECKSUM equ 4
ANCHOR_MIDDLE   equ 0x10        ; the part that has a checksum of its own
ANCHOR_MIDDLE_CHECKSUM equ 0x15
ANCHOR_LENGTH   equ 0x16        ; of the structures
ANCHOR_ADDRESS  equ 0x18
ANCHOR_COUNT    equ 0x1C

smbios_setup:
        push    es
        push    cs
        pop     es
        push    cs
        pop     gs
        mov     si, .anchor
        call    fw_cfg_file
        jc      .end
        cmp     ecx, ANCHOR_BYTES
        jne     .end
        mov     di, smbios_anchor
        rep insb
        mov     si, .tables
        call    fw_cfg_file
        jc      .forget
        cmp     ecx, SMBIOS_BYTES - SMBIOS_FIRMWARE
        ja      .forget
        jecxz   .forget
        mov     di, smbios_structures
        in      al, dx
        dec     cx
        test    al, al              ; about the firmware
        jz      .put
        add     di, SMBIOS_FIRMWARE
        inc     word [cs:smbios_anchor + ANCHOR_COUNT]
.put:   stosb
        rep insb
        sub     di, smbios_structures
        mov     [cs:smbios_anchor + ANCHOR_LENGTH], di
        mov     dword [cs:smbios_anchor + ANCHOR_ADDRESS], BIOS_SEGMENT * 16 + smbios_structures
        mov     si, smbios_anchor + ANCHOR_MIDDLE
        call    .sum
        sub     [cs:smbios_anchor + ANCHOR_MIDDLE_CHECKSUM], al
        mov     si, smbios_anchor
        call    .sum
        sub     [cs:smbios_anchor + ANCHOR_CHECKSUM], al
        jmp     .end
.forget:
        mov     byte [cs:smbios_anchor], 0
.end:   pop     es
        ret
; The sum of the entry point's bytes from SI on.
.sum:   xor     al, al
.next:  add     al, [cs:si]
        inc     si
        cmp     si, smbios_anchor + ANCHOR_BYTES
        jb      .next
        ret
.anchor: db 'etc/smbios/smbios-anchor', 0
.tables: db 'etc/smbios/smbios-tables', 0

        align 16
smbios_anchor:  resb 32
smbios_structures: resb SMBIOS_BYTES
`;
