/** From the reset vector to POST: what a reset resumes, and the copy of the ROM to RAM that is run from then on. */
export const reset = `
bits 16

RESUME_END_OF_INTERRUPT equ 0x05
RESUME_JUMP     equ 0x0A
RESUME_INTERRUPT_RETURN equ 0x0B
RESUME_FAR_RETURN equ 0x0C
RESUME_WAKE     equ 0xFE        ; QEMU's and SeaBIOS': the machine was suspended to RAM

PAM             equ 0x59        ; in the host bridge: 7 bytes, a nibble each for F0000h, then 16 KB from C0000h on
PAM_READ        equ 0x10        ; reads of F0000-FFFFFh reach RAM

FLAT_CODE       equ 0x08
FLAT_DATA       equ 0x10
REAL_CODE       equ 0x18
REAL_DATA       equ 0x20

        align 8
reset_gdt:
        dq 0
        dq 0x00CF9B000000FFFF   ; FLAT_CODE: 32 bits, 4 GB
        dq 0x00CF93000000FFFF   ; FLAT_DATA
        dq 0x00009B0F0000FFFF   ; REAL_CODE: 16 bits, 64 KB from F0000h on
        dq 0x000093000000FFFF   ; REAL_DATA: 64 KB from 0 on
reset_gdt_register:
        dw reset_gdt_register - reset_gdt - 1
        dd BIOS_SEGMENT * 16 + reset_gdt

; The reset vector leads here. The ROM is at F0000h and, the same, below 4 GB.
power_on:
        cli
        cld
        in      al, PORT_92
        mov     ch, al
        or      al, 2           ; A20: the copy below 4 GB would not be seen without it
        and     al, ~1
        out     PORT_92, al
        mov     eax, 0x80000000 | (PAM & ~3)
        mov     dx, PCI_ADDRESS
        out     dx, eax
        mov     dx, PCI_DATA + (PAM & 3)
        in      al, dx
        mov     bh, al
        mov     al, 0x80 | CMOS_SHUTDOWN
        out     CMOS, al
        in      al, CMOS + 1
        mov     bl, al
        mov     al, 0x80 | CMOS_SHUTDOWN
        out     CMOS, al
        xor     al, al
        out     CMOS + 1, al
        cmp     bl, RESUME_END_OF_INTERRUPT
        je      resume
        cmp     bl, RESUME_WAKE
        je      wake
        cmp     bl, RESUME_JUMP
        jb      .shadow
        cmp     bl, RESUME_FAR_RETURN
        jbe     resume
.shadow:
        test    bh, PAM_READ    ; no reset led here but a program's jump: the chips are as it left them
        jnz     machine_reset
        o32 lgdt [cs:reset_gdt_register]
        mov     eax, cr0
        or      al, 1
        mov     cr0, eax
        jmp     dword FLAT_CODE:0xFFFF0000 + shadow_rom

; Runs below 4 GB while the ROM at F0000h is replaced with RAM.
bits 32
shadow_rom:
        mov     ax, FLAT_DATA
        mov     ds, ax
        mov     es, ax
        mov     dx, PCI_DATA + (PAM & 3)
        mov     al, 0x30
        out     dx, al
        inc     edx
        mov     al, 0x33
        out     dx, al
        inc     edx
        out     dx, al
        mov     eax, 0x80000000 | (PAM & ~3) + 4
        mov     dx, PCI_ADDRESS
        out     dx, eax
        mov     eax, 0x33333333
        mov     dx, PCI_DATA
        out     dx, eax
        mov     esi, 0xFFFF0000
        mov     edi, BIOS_SEGMENT * 16
        mov     ecx, 0x10000 / 4
        rep movsd
        jmp     REAL_CODE:leave_flat_mode

bits 16
leave_flat_mode:
        mov     ax, REAL_DATA
        mov     ds, ax
        mov     es, ax
        mov     fs, ax
        mov     gs, ax
        mov     ss, ax
        mov     eax, cr0
        and     al, ~1
        mov     cr0, eax
        jmp     BIOS_SEGMENT:post

; A program that left protected mode by a reset goes on: BL has the shutdown code, BH PAM0, CH port 92h. Memory is as it was; chips may
; have been reset as well, and the shadow RAM with them.
resume:
        mov     al, ch
        and     al, ~1 & 0xFF
        out     PORT_92, al
        xor     ax, ax
        mov     ss, ax
        mov     sp, STACK_TOP
        call    ebda_select
        test    bh, PAM_READ
        jnz     .shadowed
        call    pam_restore
        call    pic_setup
.shadowed:
        mov     ax, BDA_SEGMENT
        mov     ds, ax
        cmp     bl, RESUME_END_OF_INTERRUPT
        je      .end_of_interrupt
        cmp     bl, RESUME_JUMP
        je      .jump
        lss     sp, [BDA_RESUME]
        cmp     bl, RESUME_INTERRUPT_RETURN
        je      .interrupt_return
        retf
.interrupt_return:
        iret
.end_of_interrupt:
        mov     al, PIC_EOI
        out     PIC2, al
        out     PIC1, al
        in      al, KEYBOARD_DATA
.jump:  jmp     far [BDA_RESUME]

; Sets the PAM registers as POST left them. DS: EBDA.
pam_restore:
        push    bx
        mov     si, EBDA_PAM
        mov     di, PAM
        xor     bx, bx              ; the host bridge
.next:  lodsb
        call    pci_write_byte
        inc     di
        cmp     di, PAM + 7
        jb      .next
        pop     bx
        ret
`;
