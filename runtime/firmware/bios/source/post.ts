/** The power-on self test: all steps between power on and the boot, in their order. */
export const post = `
bits 16
; Entered once the ROM runs from RAM. Interrupts are off.
post:
        xor     ax, ax
        mov     ss, ax
        mov     sp, STACK_TOP
        mov     ds, ax
        mov     es, ax
        mov     eax, cr0
        and     eax, 0x9FFFFFFF     ; a reset leaves the caches off: CD and NW
        mov     cr0, eax
        mov     al, 0x01
        out     POST_CODE, al
        call    low_memory_clear
        call    vectors_setup
        call    data_area_setup
        call    pic_setup
        call    apic_setup
        call    pit_setup
        call    dma_setup
        mov     al, 0x02
        out     POST_CODE, al
        push    word BDA_SEGMENT
        pop     ds
        call    clock_setup
        push    word EBDA_SEGMENT
        pop     ds
        call    memory_setup
        call    fw_cfg_setup
        call    pci_setup
        call    acpi_setup
        call    smbios_setup
        mov     al, 0x03
        out     POST_CODE, al
        call    display_rom_copy
        mov     si, ROM_FIRST
        mov     di, ROM_FIRST + 0x800
        call    option_roms_scan
        call    ebda_select         ; a ROM may have moved it
        call    serial_console_setup
        mov     ax, TEXT_MODE
        int     0x10
        mov     si, text_banner
        call    put_text
        mov     al, 0x04
        out     POST_CODE, al
        call    ports_setup
        call    ps2_setup
        call    a20_setup
        sti
        call    floppy_setup
        call    disk_setup
        call    virtio_setup
        call    ahci_setup
        call    nvme_setup
        call    usb_setup
        call    disk_tables_setup
        call    equipment_setup
        mov     al, 0x05
        out     POST_CODE, al
        mov     si, ROM_FIRST + 0x800
        mov     di, ROM_END
        call    option_roms_scan
        mov     [cs:roms_end], si
        call    ebda_select
        call    pci_roms_load
        call    ebda_select
        mov     si, [cs:next_rom]
        mov     [cs:own_roms], si
        call    option_roms_load
        call    ebda_select
        call    boot_order_setup
        call    memory_tell
        call    boot_menu_offer
        call    pam_lock
        call    scratch_clear
        mov     al, 0xFF
        out     POST_CODE, al
        int     0x19

TEXT_MODE       equ 0x0003      ; INT 10h 00h: 80 columns, 25 rows, colours
text_banner:    db 'rawiron BIOS', 10, 10, 0
text_memory:    db ' KB of memory', 10, 10, 0
next_rom:       dw ROM_FIRST + 0x800 ; segment where the last ROM ends, but none before this one
own_roms:       dw 0                ; segment of the first ROM that fw_cfg has
roms_end:       dw 0

; The vectors and the data areas; of a warm start only its mark stays.
low_memory_clear:
        mov     dx, [0x400 + BDA_WARM_BOOT]
        xor     di, di
        mov     cx, 0x600 / 2
        xor     ax, ax
        rep stosw
        mov     [0x400 + BDA_WARM_BOOT], dx
        push    es
        push    word EBDA_SEGMENT
        pop     es
        xor     di, di
        mov     cx, EBDA_KILOBYTES * 1024 / 2
        rep stosw
        pop     es
        ret

; What the BIOS data area begins with. DS, ES: 0.
data_area_setup:
        mov     word [0x400 + BDA_EBDA], EBDA_SEGMENT
        mov     word [0x400 + BDA_MEMORY], LOW_MEMORY_KILOBYTES
        mov     word [0x400 + BDA_KEY_HEAD], BDA_KEYS
        mov     word [0x400 + BDA_KEY_TAIL], BDA_KEYS
        mov     word [0x400 + BDA_KEYS_FIRST], BDA_KEYS
        mov     word [0x400 + BDA_KEYS_LAST], BDA_KEYS_END
        mov     byte [0x400 + BDA_KEYBOARD], KEYBOARD_ENHANCED
        mov     byte [0x400 + BDA_DISK_CONTROL], 0xC0
        push    es
        push    word EBDA_SEGMENT
        pop     es
        mov     byte [es:EBDA_SIZE], EBDA_KILOBYTES
        pop     es
        ret

; The equipment word: what CMOS says of floppies and display, a coprocessor, the mouse and what ports there are. DS: EBDA.
equipment_setup:
        push    word BDA_SEGMENT
        pop     es
        mov     ah, CMOS_EQUIPMENT
        call    cmos_read
        test    al, 0x02
        jz      .no_coprocessor
        fninit                      ; after a reset exceptions are unmasked and results of single precision
.no_coprocessor:
        and     ax, 0xC3
        or      ax, [es:BDA_EQUIPMENT]
        test    byte [EBDA_FLAGS], FLAG_MOUSE
        jz      .no_mouse
        or      al, 0x04
.no_mouse:
        mov     [es:BDA_EQUIPMENT], ax
        ret

; Memory that POST has used: programs that do not clear their variables find zeros there after other firmware.
scratch_clear:
        mov     ax, SCRATCH_SEGMENT
        mov     cx, SCRATCH_BYTES / 4
        call    .segment
        mov     ax, FILES_SEGMENT
        mov     cx, 0x10000 / 4
        call    .segment
        mov     ax, LOADER_SEGMENT
        mov     cx, 0x10000 / 4
.segment:
        push    es
        mov     es, ax
        xor     di, di
        xor     eax, eax
        rep stosd
        pop     es
        ret

memory_tell:
        mov     eax, [EBDA_MEMORY_TOP]
        shr     eax, 10
        mov     ebx, [EBDA_MEMORY_HIGH]
        shl     ebx, 6
        add     eax, ebx
        call    put_decimal
        mov     si, text_memory
        jmp     put_text

LAST_SEGMENT    equ 0xE800      ; what the last of the PAM registers is for begins there: 32 KB up to the BIOS
PAM_WRITABLE    equ 0x33        ; both halves are RAM
; Shadow RAM that holds a ROM becomes read-only, and the last 32 KB RAM if they hold none; nothing can be written to the rest. DS: EBDA.
pam_lock:
        mov     byte [EBDA_PAM], 0x10
        mov     di, EBDA_PAM + 1
        mov     dx, ROM_FIRST
.next:  xor     al, al
        call    .segment
        call    .high_segment
        mov     [di], al
        inc     di
        cmp     di, EBDA_PAM + 7
        jb      .next
        cmp     word [cs:next_rom], LAST_SEGMENT
        ja      .locked
        mov     byte [EBDA_PAM + 6], PAM_WRITABLE ; as after SeaBIOS: some systems have a stack below 0F0000h
.locked:
        jmp     pam_restore
; 16 KB from segment DX on: bit 0 or bit 4 of AL if a ROM reaches into them.
.segment:
        cmp     dx, [cs:roms_end]
        jae     .past
        or      al, 0x01
.past:  add     dx, 0x400
        ret
.high_segment:
        cmp     dx, [cs:roms_end]
        jae     .past
        or      al, 0x10
        jmp     .past
`;
