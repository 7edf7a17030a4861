/** Structures that systems find by their signature at multiples of 16 bytes; filled when the ROM is built. */
export const signatures = `
bits 16
        align 16
; BIOS32 service directory: revision 0, one paragraph.
bios32_directory:
        db '_32_'
        dd BIOS_SEGMENT * 16 + bios32_entry
        db 0, 1, 0, 0, 0, 0, 0, 0
        align 16
; Plug and Play installation check (Plug and Play BIOS Specification 1.0A, 4.4): option ROMs look for it.
pnp_header:
        db '$PnP', 0x10, PNP_BYTES
        dw 0
        db 0
        dd 0
        dw pnp_real_mode, BIOS_SEGMENT
        dw pnp_protected_mode
        dd BIOS_SEGMENT << 4
        dd 0
        dw BIOS_SEGMENT
        dd BIOS_SEGMENT << 4
PNP_BYTES       equ $ - pnp_header
        align 16
pir_table:      resb PIR_HEADER
pir_slots:      resb PIR_BYTES
        align 16
mp_tables:      resb MP_BYTES

PNP_UNSUPPORTED equ 0x82
pnp_real_mode:
        mov     ax, PNP_UNSUPPORTED
        retf
pnp_protected_mode:
        mov     ax, PNP_UNSUPPORTED
        retf
`;
