/** The way back from a suspend to RAM: the chips have been reset, memory is as it was. */
export const wake = `
bits 16
WAKE_STACK      equ 0x1000      ; in segment 0: where SeaBIOS has its own then
RSDP_BYTES      equ 16          ; it lies at a multiple of these
RSDP_RSDT       equ 16
ACPI_LENGTH     equ 4
ACPI_CONTENT    equ 36
FADT_FACS       equ 36
FACS_WAKING_VECTOR equ 12

; The board's chips become as POST leaves them, the display shows text; then the system goes on in real mode where its FACS says
; (ACPI specification 2.0, 5.2.9). If it says nothing the machine is started anew.
wake:
        xor     ax, ax
        mov     ss, ax
        mov     sp, WAKE_STACK
        call    ebda_select
        call    pam_restore
        mov     eax, cr0
        and     eax, 0x9FFFFFFF     ; a reset leaves the caches off: CD and NW
        mov     cr0, eax
        call    pic_setup
        call    apic_setup
        call    pit_setup
        call    dma_setup
        call    pci_setup
        call    display_wake
        call    waking_vector
        test    eax, eax
        jz      machine_reset
        mov     bx, ax
        and     bx, 0x0F
        shr     eax, 4
        push    ax
        push    bx
        retf

; The display's ROM is still at C0000h: it begins as at POST.
display_wake:
        pushad
        push    ds
        push    es
        push    word ROM_FIRST
        pop     es
        cmp     word [es:0], ROM_SIGNATURE
        jne     .end
        mov     ax, [cs:rom_function]
        push    cs
        call    .entry
        cli
        cld
        mov     ax, TEXT_MODE
        int     0x10
.end:   pop     es
        pop     ds
        popad
        ret
.entry: push    word ROM_FIRST
        push    word ROM_ENTRY
        retf

; EAX: the address that the system has left in its FACS, which RSDP, RSDT and FADT lead to; 0: none.
waking_vector:
        call    flat_begin
        mov     esi, BIOS_SEGMENT * 16 + low_tables
.rsdp:  cmp     esi, BIOS_SEGMENT * 16 + low_tables_end
        jae     .none
        cmp     dword [fs:esi], 'RSD '
        jne     .other
        cmp     dword [fs:esi + 4], 'PTR '
        je      .found
.other: add     esi, RSDP_BYTES
        jmp     .rsdp
.found: mov     esi, [fs:esi + RSDP_RSDT]
        mov     ecx, [fs:esi + ACPI_LENGTH]
        add     ecx, esi
        add     esi, ACPI_CONTENT
.table: cmp     esi, ecx
        jae     .none
        mov     edi, [fs:esi]
        cmp     dword [fs:edi], 'FACP'
        je      .fadt
        add     esi, 4
        jmp     .table
.fadt:  mov     edi, [fs:edi + FADT_FACS]
        mov     eax, [fs:edi + FACS_WAKING_VECTOR]
        jmp     .end
.none:  xor     eax, eax
.end:   jmp     flat_end
`;
